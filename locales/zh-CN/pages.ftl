# 页面标题、首页语句、搜索。
page-login = 登录
page-enrol = 设置密码
page-password = 修改密码
password-intro = 当前密码由他人设置。请先设置您自己的密码：至少十二个字符，且不能是常见密码。
enrol-intro = 至少十二个字符，且不能是常见密码。此链接只能使用一次。
page-error = 无法显示
page-form = 表单
page-search = 搜索
page-work_orders = 工单
page-work_order = 工单
page-runs = 批次
page-run = 批次
page-execution = 工位
page-trace = 追溯
page-unit_history = 单件履历
page-unit = 单件
page-routes = 工艺路线
page-route = 工艺路线
page-route_version = 路线版本
page-route_versions = 路线版本
page-data_specs = 采集项
page-data_spec = 采集项
page-operations = 工序字典
page-operation = 工序
page-operation_mappings = 工序映射
page-execution_configs = 执行配置
page-lines = 产线
page-line = 产线
page-stations = 工位管理
page-station = 工位
page-station_groups = 工位组
page-shifts = 班次
page-materials = 物料
page-material = 物料
page-bom_items = 物料清单
page-material_lots = 物料批号
page-work_centers = 工作中心
page-users = 用户
page-user = 用户
page-roles = 角色
page-role = 角色
page-who_can = 权限一览
page-api_tokens = 接口令牌
page-settings = 设置
page-config_changes = 设置历史
page-audit_logs = 审计日志
page-audit_chain = 审计链
page-audit_row = 审计记录
page-api = 接口
page-profile = 个人资料
page-planning = 计划
page-engineering = 工程
page-quality = 质量
page-line_home = 产线
page-rework = 返修
page-loading = 物料
page-factory = 工厂
page-system = 系统

figure-to-release = 待下达工单
figure-orders-open = 未结束工单
figure-late = 逾期工单
figure-to-authorize = 待授权批次
figure-ready = 可开始批次
figure-running = 进行中批次
figure-held = 隔离批次
figure-plan = 计划单件
figure-done = 完成单件
figure-scrap = 报废单件
figure-failed = 不良单件
figure-boards-held = 隔离单件

search-found = “{ $q }”的匹配结果
search-empty = 在您的权限范围内没有找到。请检查文字，或重新扫描条码。

home-order-release = { $productCode }：已接收，未下达。请选择产线并下达。
home-run-authorize = 准备中。请检查放行条件并授权。
home-run-held = 已隔离。请查看谁可以解除。
home-run-running = { $lineCode }：已完成 { $doneQty } / { $planQty }，还有 { $leftQty } 件。{ $failedQty ->
    [0] {""}
   *[other] { $failedQty } 件不良。
}{ $heldQty ->
    [0] {""}
   *[other] { $heldQty } 件隔离。
}
home-run-begin = { $lineCode } 已授权：可以开始生产 { $planQty } 件 { $productCode }。
home-run-close = 已完成 { $doneQty } / { $planQty }，没有剩余单件，请关闭。
home-run-stuck = { $lineCode } 有单件等待判定：{ $failedQty } 件不良，{ $heldQty } 件隔离。
home-route-compile = 上次编译后有改动，请编译。
home-operation-review = 自动创建，请核对名称和类型。
home-audit-fail = { $actor } 的操作被拒绝：{ $errorCode }。
