### 产线、工位、物料、工序与采集项

## 产线
list-lines = 产线
empty-lines = 还没有产线。请先新建产线，再为其添加工位。
entity-line = 产线
command-line-create = 新建产线
command-line-update = 编辑产线
command-line-set-process-type = 变更工艺类型
command-line-delete = 删除产线
event-LINE_CHANGED = 产线已变更
refusal-LINE_NOT_FOUND = 您的产线中没有 { $line }。请核对代码，或从列表中选择。
refusal-LINE_INACTIVE = 产线 { $line } 已停用。请改用其他产线，或请产线配置人员重新启用。
refusal-LINE_CODE_DUPLICATE = 产线 { $line } 已存在（不区分大小写）。请换一个代码。
refusal-LINE_HAS_DEPENDENCIES = 产线 { $line } 仍被其他记录引用，不能删除。请改为停用。
refusal-LINE_IN_USE = 产线 { $line } 还有未结束的批次，现在不能变更。请先由计划员关闭或调走这些批次。
word-ProcessType-SMT = SMT
word-ProcessType-DIP = DIP
word-Change-CREATED = 已新建
word-Change-UPDATED = 已编辑
word-Change-DEACTIVATED = 已停用

## 工位
list-stations = 工位
empty-stations = 这里没有工位。请新建工位并放到产线上，或清除筛选条件。
entity-station = 工位
command-station-create = 新建工位
command-station-update = 编辑工位
command-station-delete = 删除工位
event-STATION_CHANGED = 工位已变更
refusal-STATION_NOT_FOUND = 您的范围内没有工位 { $station }。请核对代码，或从列表中选择。
refusal-STATION_INACTIVE = 工位 { $station } 已停用。请改用其他工位，或请工位配置人员重新启用。
refusal-STATION_CODE_DUPLICATE = 工位 { $station } 已存在，工位代码全厂唯一。请换一个代码。
refusal-STATION_HAS_DEPENDENCIES = 工位 { $station } 仍被其他记录引用，不能删除。请改为停用。
refusal-STATION_IN_USE = 工位 { $station } 内还有板子，现在不能变更。请先出站，再重试。
refusal-STATION_GROUP_NOT_FOUND = 没有工位组 { $group }。请核对代码，或先新建该工位组。
word-StationType-MANUAL = 手工
word-StationType-AUTO = 自动
word-StationType-BATCH = 批处理
word-StationType-TEST = 测试

## 采集项
word-ItemType-KEY = 关键项
word-ItemType-OBSERVATION = 观察项
word-DataType-NUMBER = 数值
word-DataType-TEXT = 文本
word-DataType-BOOLEAN = 是/否
word-DataType-JSON = 结构化数据
word-Method-AUTO = 设备采集
word-Method-MANUAL = 人工录入
word-TriggerType-EACH_UNIT = 每块板
word-TriggerType-EACH_CARRIER = 每个载具
word-TriggerType-EVENT = 事件触发
word-TriggerType-TIME = 定时
word-AlarmAction-ALARM_ONLY = 仅报警
word-AlarmAction-FAIL = 判不良
word-AlarmAction-HOLD = 隔离单件
word-AlarmAction-HOLD_RUN = 隔离批次
word-TriggerEvent-TRACK_IN = 进站时
word-TriggerEvent-TRACK_OUT = 出站时
word-Judge-PASS = 合格
word-Judge-FAIL = 不合格
word-Judge-NA = 不判定
refusal-DATA_VALUE_INVALID = { $name } 的值不能使用：{ $problem }。请重新测量，或请工艺工程师检查采集项。
refusal-DATA_UNIT_MISMATCH = { $name } 的值单位为 { $unit }，不能换算为 { $wanted }。请工艺工程师检查采集项或设备的单位。
list-data_specs = 采集项
empty-data_specs = 这里没有采集项。请定义某工序要采集什么，或清除筛选条件。
entity-data_spec = 采集项
command-data-spec-create = 新建采集项
command-data-spec-update = 编辑采集项
event-DATA_SPEC_REVISED = 采集项已改版
refusal-DATA_SPEC_NOT_FOUND = 没有采集项 { $name }。请核对工序和名称，或从列表中选择。
refusal-DATA_SPEC_NAME_DUPLICATE = 工序 { $operation } 已有采集项 { $name }。请换一个名称，或编辑原有项。
refusal-DATA_SPEC_LIMITS_INVALID = { $name } 的规格限互相矛盾：{ $problem }。请更正后再保存。
refusal-DATA_SPEC_TYPE_LOCKED = { $name } 已有采集值，数据类型不能再改。请为新类型另建采集项。
refusal-DATA_SPEC_TRIGGER_MISMATCH = { $name } 的触发方式 { $trigger } 不合适。EVENT 须指定事件，TIME 须指定分钟数，按板或按载具则都不填；按载具只用于批处理工序。

## 工序
refusal-OPERATION_NOT_FOUND = 没有工序 { $operation }。请核对代码，或请工艺工程师新建。
word-OperationSource-ERP = ERP
word-OperationSource-MES = Takt
word-OperationSource-SEED = 预置
list-operations = 工序
empty-operations = 这里没有工序。请新建本厂对各工步的叫法，或清除筛选条件。
entity-operation = 工序
command-operation-create = 新建工序
command-operation-update = 编辑工序
command-operation-delete = 删除工序
command-operation-merge = 合并到其他工序
refusal-OPERATION_CODE_DUPLICATE = 工序 { $operation } 已存在。请换一个代码，或直接使用原有工序。
refusal-OPERATION_IN_USE = 工序 { $operation } 已被路线、映射、采集项或配置使用。请改为停用，或先移走引用。
refusal-OPERATION_ERP_READONLY = 工序 { $operation } 来自 ERP，其 { $field } 须在 ERP 中修改。类型和关键标记可在此修改。
refusal-OPERATION_INACTIVE = 工序 { $operation } 已停用。请选择启用的工序，或先启用它。
refusal-OPERATION_MERGE_INVALID = 工序 { $operation } 不能合并到自身。请选择其他目标。
list-operation_mappings = 工序映射
empty-operation_mappings = 这里没有映射。同步时会自动添加，也可手工映射。
entity-operation_mapping = 工序映射
command-operation-mapping-create = 新建映射
command-operation-mapping-update = 编辑映射
command-operation-mapping-delete = 删除映射
refusal-OPERATION_MAPPING_NOT_FOUND = { $source } 的工艺键 { $key } 没有映射。请核对，或新建映射。

## 工位组
list-station_groups = 工位组
empty-station_groups = 还没有工位组。请为功能相同的工位建组，供工艺路线引用。
entity-station_group = 工位组
command-station-group-create = 新建工位组
command-station-group-update = 编辑工位组
command-station-group-delete = 删除工位组
command-station-group-import = 导入工位组
refusal-STATION_GROUP_CODE_DUPLICATE = 工位组 { $group } 已存在。请换一个代码。
refusal-STATION_GROUP_HAS_DEPENDENCIES = 工位组 { $group } 仍被工位、路线或配置引用。请先在那里移除。

## 班次
list-shifts = 班次
empty-shifts = 还没有班次。请新建全厂班次；产线自己的班次优先。
entity-shift = 班次
command-shift-create = 新建班次
command-shift-update = 编辑班次
command-shift-delete = 删除班次
command-shift-import = 导入班次
refusal-SHIFT_NOT_FOUND = 您的产线中没有班次 { $shift }。请核对代码，或从列表中选择。
refusal-SHIFT_HAS_DEPENDENCIES = 班次 { $shift } 仍在使用，不能删除。请改为设置失效日期。
word-Weekday-MON = 周一
word-Weekday-TUE = 周二
word-Weekday-WED = 周三
word-Weekday-THU = 周四
word-Weekday-FRI = 周五
word-Weekday-SAT = 周六
word-Weekday-SUN = 周日

## 物料
list-materials = 物料
empty-materials = 这里没有物料。可由 ERP 同步，也可自行新建或导入。
entity-material = 物料
command-material-create = 新建物料
command-material-update = 编辑物料
command-material-delete = 删除物料
command-material-import = 导入物料
event-MATERIAL_CHANGED = 物料已变更
refusal-MATERIAL_NOT_FOUND = 没有物料 { $material }。请核对代码，或先新建或同步该物料。
refusal-MATERIAL_HAS_DEPENDENCIES = 物料 { $material } 仍被其他记录引用，不能删除。请改为停用。
refusal-ERP_OWNED_FIELD = { $code } 的 { $field } 由 { $source } 维护。请在那里修改，下次同步后生效。
word-MaterialLevel-M1 = M1 基本
word-MaterialLevel-M2 = M2 标准
word-MaterialLevel-M3 = M3 高级
word-MaterialLevel-M4 = M4 全面
word-ProcessLevel-P1 = P1 基本
word-ProcessLevel-P2 = P2 标准
word-ProcessLevel-P3 = P3 高级
word-ProcessLevel-P4 = P4 全面

## 工作中心
list-work_centers = 工作中心
empty-work_centers = 还没有工作中心。可由 ERP 同步，也可自行新建或导入。
entity-work_center = 工作中心
command-work-center-create = 新建工作中心
command-work-center-update = 编辑工作中心
command-work-center-delete = 删除工作中心
command-work-center-import = 导入工作中心
refusal-WORK_CENTER_NOT_FOUND = 没有工作中心 { $code }。请核对代码，或从列表中选择。
refusal-WORK_CENTER_HAS_DEPENDENCIES = 工作中心 { $code } 仍被其他记录引用，不能删除。请先在那里移除。

## 物料清单
list-bom_items = 物料清单
empty-bom_items = 这里没有行。可由 ERP 同步物料清单，也可自行添加或导入。
list-bom_where_used = 子件用于何处
empty-bom_where_used = 没有产品使用此子件。
entity-bom_item = 物料清单行
command-bom-item-create = 添加行
command-bom-item-update = 编辑行
command-bom-item-delete = 移除行
command-bom-item-import = 导入物料清单
refusal-BOM_ITEM_NOT_FOUND = 物料清单中没有 { $item }。请核对父件、BOM 编号和行号。
refusal-BOM_ITEM_INVALID = 此行不成立：{ $problem }。请更正后再保存。

## 物料批次
list-material_lots = 物料批次
empty-material_lots = 这里没有批次。请收一个批次，或清除筛选条件。
entity-material_lot = 物料批次
command-material-lot-create = 收料建批
command-material-lot-update = 编辑批次
event-MATERIAL_LOT_CHANGED = 物料批次已变更
setting-lot-unknownPolicy = 未知物料与批次
refusal-MATERIAL_LOT_INVALID_INPUT = 物料和批号都必须填写，{ $field } 为空。请重新扫描标签，或手工输入。
refusal-MATERIAL_LOT_DUPLICATE = { $material } 的批次 { $lot } 已存在。请编辑该批次，或核对标签。
refusal-MATERIAL_LOT_NOT_FOUND = 没有 { $material } 的批次 { $lot }。请核对，或先收料建批。
refusal-MATERIAL_LOT_BLOCKED = { $material } 的批次 { $lot } 已冻结：{ $reason }。请换用其他批次；有批次编辑权限的人可以解冻。
refusal-MATERIAL_LOT_EXPIRED = { $material } 的批次 { $lot } 已过期（{ $at }）。请换用其他批次；此批由质量部门处理。
word-IqcResult-PENDING = 待检
word-IqcResult-PASS = 合格
word-IqcResult-FAIL = 不合格
word-IqcResult-CONCESSION = 让步接收
word-LotStatus-ACTIVE = 可用
word-LotStatus-BLOCKED = 冻结
word-LotStatus-EXHAUSTED = 用完
word-UnknownPolicy-CREATE = 接受
word-UnknownPolicy-WARN = 接受并提醒
word-UnknownPolicy-REJECT = 拒绝
