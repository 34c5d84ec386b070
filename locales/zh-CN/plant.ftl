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

## 工序
refusal-OPERATION_NOT_FOUND = 没有工序 { $operation }。请核对代码，或请工艺工程师新建。
word-OperationSource-ERP = ERP
word-OperationSource-MES = Takt
word-OperationSource-SEED = 预置
