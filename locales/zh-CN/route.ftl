### 工艺路线、执行配置与版本

## 工艺路线
list-routes = 工艺路线
empty-routes = 这里没有工艺路线。请新建路线并添加工序，或清除筛选条件。
entity-route = 工艺路线
command-route-create = 新建工艺路线
command-route-copy = 复制工艺路线
command-route-update = 编辑工艺路线
command-route-set-steps = 编辑工序
command-route-assign-group = 指派工位组
command-route-set-fai-template = 选择首件模板
command-route-configure-step = 配置工序
command-route-compile = 编译
command-route-retire-version = 停用版本
event-ROUTE_CHANGED = 工艺路线已变更
event-ROUTE_VERSION_COMPILED = 工艺路线版本已编译
refusal-ROUTE_NOT_FOUND = { $route ->
    [none] 产品 { $product } 没有启用的工艺路线。请计划员在工单上指定路线，或请工程师建立。
   *[other] 没有工艺路线 { $route }。请核对代码，或从列表中选择。
 }
refusal-ROUTE_STEP_NOT_FOUND = 工艺路线 { $route } 没有工序 { $step }。请打开该路线，选择其中的工序。
refusal-ROUTE_CODE_DUPLICATE = 工艺路线 { $route } 已存在（不区分大小写）。请换一个代码。
refusal-ROUTE_ERP_READONLY = 工艺路线 { $route } 来自 ERP，不能在此更改 { $field }。请在 ERP 中修改后同步，或复制该路线。
refusal-STEP_NO_DUPLICATE = 工序号 { $step } 重复。请为每道工序使用不同的编号。
refusal-FAI_TEMPLATE_NOT_FOUND = 没有首件模板 { $template }。请核对代码，或请质量人员发布该模板。
refusal-FAI_TEMPLATE_PRODUCT_MISMATCH = 模板 { $template } 属于产品 { $product }。请选择本路线产品的模板，或请质量人员提供。
word-RouteSource-MES = Takt
word-RouteSource-ERP = ERP
word-TrialScope-FIRST_STEP = 仅第一道工序
word-TrialScope-THROUGH_STEP = 到首件检验工序为止
word-TrialScope-ALL = 全部工序
word-UnitCreation-PRE_GENERATED = 批次开始前生成
word-UnitCreation-ON_FIRST_SCAN = 首次扫码时生成
word-RouteChange-CREATED = 已新建
word-RouteChange-HEADER = 已编辑表头
word-RouteChange-STEPS = 已编辑工序
word-RouteChange-CONFIG = 已编辑配置
word-RouteChange-SHARED_CONFIG = 已编辑继承的配置
word-OperationMapping-AUTO_CREATE = 新建工序待审核
word-OperationMapping-STRICT = 等待映射
setting-route-autoCompile = 工序、表头或配置变更后自动编译路线
setting-route-operationMapping = 未映射的 ERP 工序键

## 执行配置
list-execution_configs = 执行配置
empty-execution_configs = 还没有全厂或工序级的配置。请设置各路线共同继承的内容。
entity-execution_config = 执行配置
command-route-configure = 配置路线或工序
command-route-reconfigure = 编辑配置
command-route-remove-config = 移除配置
command-execution-config-create = 配置全厂或标准工序
command-execution-config-update = 编辑共用配置
refusal-SCOPE_TYPE_INVALID = 此处不能配置“{ $scope }”。路线上请选 ROUTE 或 STEP；全厂配置请选 GLOBAL 或 OPERATION。
refusal-STEP_NO_REQUIRED = 未指明工序。请填写工序号。
refusal-EXECUTION_CONFIG_NOT_FOUND = 没有配置 { $config }，可能已被移除。请重新加载页面。
refusal-EXECUTION_CONFIG_DUPLICATE = { $config } 已有配置。请编辑现有配置。
refusal-EXECUTION_CONFIG_SCOPE_MISMATCH = 配置 { $config } 不属于工艺路线 { $route }。请从其所属路线打开。
refusal-EXECUTION_CONFIG_FIELD_NOT_ALLOWED = { $field } 不能在 { $scope } 级设置。采集项请设在工序级；模板、检查点和末件检验请设在路线级。
refusal-ALLOWED_STATION_INVALID = 工位 { $station } 不能列入：{ $problem ->
    [ABSENT] 没有该工位
    [INACTIVE] 工位已停用
    [TYPE] 工位类型不符
    [GROUP] 不在该工位组内
   *[other] { $problem }
}。请将其移出列表，或请人变更该工位。
refusal-INGEST_MAPPING_INVALID = 映射不能使用：{ $problem ->
    [EMPTY] { $field } 为空
    [TOO_LONG] { $field } 超过 256 个字符
    [TOO_DEEP] { $field } 超过 16 段
    [SYNTAX] { $field } 不是有效路径
    [SHAPE] { $field } 未知、缺失或类型错误
    [EITHER] { $field } 与另一字段互斥，请二选一
    [REQUIRED] 缺少 { $field }
    [EVENT_TYPE] { $field } 与工序类型不符
   *[other] { $field }：{ $problem }
}。请修正后用报文试算。
mapping-problem = { $problem ->
    [EMPTY] { $field } 为空。
    [TOO_LONG] { $field } 超过 256 个字符。
    [TOO_DEEP] { $field } 超过 16 段。
    [SYNTAX] { $field } 不是有效路径。
    [SHAPE] { $field } 未知、缺失或类型错误。
    [EITHER] { $field } 与另一字段互斥，请二选一。
    [REQUIRED] 缺少 { $field }。
    [EVENT_TYPE] { $field } 与工序类型不符。
    [MISSING] 报文中找不到 { $field }。
    [RESULT_UNKNOWN] { $field } 的结果值不在任何列表中。
    [TIME] { $field } 不是 RFC 3339 时间。
    [DIGITS] { $field } 数字过长会丢失位数，设备须以文本发送。
   *[other] { $field }：{ $problem }
}
word-ScopeType-GLOBAL = 全厂
word-ScopeType-ROUTE = 路线
word-ScopeType-OPERATION = 标准工序
word-ScopeType-STEP = 工序
word-Origin-STEP = 工序
word-Origin-OPERATION = 标准工序
word-Origin-ROUTE = 路线
word-Origin-HINT = 工序提示
word-Origin-GLOBAL = 全厂
word-Origin-DEFAULT = 标准工序类型
word-Origin-NONE = 未设置
word-PanelMode-PANEL = 整拼板
word-PanelMode-UNIT = 单板
word-PanelMode-EITHER = 均可
word-BoardSide-TOP = 正面
word-BoardSide-BOTTOM = 反面
word-RetestMode-ANY_PASS = 一次通过即可
word-RetestMode-TWO_OF_THREE = 三次过两次
word-EventType-AUTO = 自动工位
word-EventType-BATCH = 批处理工位
word-EventType-TEST = 测试工位
word-Phase-COMPLETE = 整道工序
word-Phase-IN = 进站
word-Phase-OUT = 出站
word-BatchPolicy-ALL_OR_NOTHING = 全部或全不
word-BatchPolicy-PARTIAL = 仅合格者
word-UnknownResult-REJECT = 拒收报文
word-UnknownResult-FAIL = 判不合格
word-EventResult-PASS = 合格
word-EventResult-FAIL = 不合格

## 版本
list-route_versions = 工艺路线版本
list-route-versions = 版本
empty-route_versions = 还没有版本。请编译工艺路线以生成首个版本。
empty-route-versions = 还没有版本。请编译该路线以生成首个版本。
refusal-ROUTING_EMPTY = 工艺路线 { $route } 没有工序。请先添加工序再编译。
refusal-ROUTE_VERSION_NOT_FOUND = 工艺路线 { $route } 没有版本 { $version }。请选择已有版本。
refusal-ROUTE_VERSION_NOT_READY = 工艺路线 { $route } 的版本 { $version } 未就绪。请由工艺工程师修正编译错误后重新编译，或选择就绪的版本。
word-VersionStatus-READY = 就绪
word-VersionStatus-INVALID = 无效
word-VersionStatus-RETIRED = 已停用
compile-STATION_TYPE_MISSING = 各级都未指定作业方式。请为工序、标准工序或路线选择工位类型。
compile-STATION_CONSTRAINT_MISSING = 未指定作业地点。请指定工位组或允许的工位。
compile-ALLOWED_STATION_INVALID = 允许的工位 { $station } 不符合：{ $problem ->
    [ABSENT] 没有该工位
    [INACTIVE] 工位已停用
    [TYPE] 与工序类型不符
    [GROUP] 不在工序的工位组内
   *[other] { $problem }
}。请将其移出列表，或请人变更该工位。
compile-STATION_NONE_ELIGIBLE = 没有类型为 { $type } 且符合工位组和列表的启用工位。请添加或启用工位，或放宽条件。
compile-INGEST_MAPPING_MISSING = 类型为 { $type } 的工序需要报文映射。请为工序、标准工序或路线设置。
compile-INGEST_MAPPING_INVALID = 报文映射不能使用：{ $problem ->
    [EMPTY] { $key } 为空
    [TOO_LONG] { $key } 超过 256 个字符
    [TOO_DEEP] { $key } 超过 16 段
    [SYNTAX] { $key } 不是有效路径
    [SHAPE] { $key } 未知、缺失或类型错误
    [EITHER] { $key } 与另一字段互斥，请二选一
    [REQUIRED] 缺少 { $key }
    [EVENT_TYPE] { $key } 与工序类型不符
   *[other] { $key }：{ $problem }
}。
compile-DATA_SPEC_NOT_FOUND = 绑定的采集项 { $spec } 不存在。请解除绑定，或新建该采集项。
compile-DATA_SPEC_INACTIVE = 绑定的采集项 { $spec } 已停用。请解除绑定，或重新启用。
compile-DATA_SPEC_OPERATION_MISMATCH = 采集项 { $spec } 不属于标准工序 { $operation }。请绑定本工序的采集项。
compile-DATA_SPEC_TRIGGER_MISMATCH = 必采项 { $spec } 的触发方式 { $trigger } 与工序不符：批处理工序须为 EACH_CARRIER，其他工序不得使用。
compile-DATA_SPEC_METHOD_MISMATCH = 必采项 { $spec } 为人工录入，而类型为 { $type } 的工序由设备上报。请改为设备采集，或改为非必采。
compile-DATA_SPEC_MAP_UNKNOWN = 映射中的采集项 { $spec } 未绑定到本工序。请绑定，或修正映射。
compile-REFLOW_PROFILE_INVALID = 回流曲线 { $profile } 不存在或已归档。请另选，或请人新建。
compile-MAPPING_MISSING = ERP 工序 { $key } 未映射到标准工序。请先建立映射再编译。
compile-FAI_TEMPLATE_MISSING = 工序要求首件检验，但路线没有首件模板。请选择模板。
