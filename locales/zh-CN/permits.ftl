### 权限点，按领域分组

permit-wo-read = 查看工单与候选工艺路线
permit-wo-receive = 接收工单：录入、导入或由 ERP 推送
permit-wo-release = 下达、撤回下达工单，并派工到产线
permit-wo-update = 更改工单的工艺路线和领料状态，处理 ERP 冲突
permit-wo-close = 关闭或取消工单

permit-run-read = 查看批次、放行条件和检验概况
permit-run-create = 创建批次并排产
permit-run-authorize = 授权批次投产
permit-run-revoke = 撤销批次授权
permit-run-close = 关闭批次
permit-run-hold = 隔离与恢复批次
permit-run-cancel = 取消批次

permit-unit-create = 生成、导入、删除单件和拼板
permit-unit-hold = 隔离单件与解除隔离

permit-exec-read = 查看工位、待加工队列和当前单件
permit-exec-track-in = 单件进站
permit-exec-track-out = 单件出站，录入测试结果，标记坏板，分板
permit-exec-data-collect = 在进出站之外手工录入过程数据
permit-exec-correct = 更正差错：撤销进站、替换数据、更换单件条码

permit-carrier-operate = 载具装载、卸载、停用和进出站

permit-data-spec-read = 查看数据采集规格
permit-data-spec-config = 维护数据采集规格

permit-operation-read = 查看作业及其映射
permit-operation-config = 维护、映射、合并作业

permit-route-read = 查看工艺路线、版本和执行配置
permit-route-configure = 维护执行配置、首件模板和拼板类型，进行首件工程评审
permit-route-compile = 编译、停用工艺路线版本
permit-route-create = 新建、复制工艺路线，编辑工序

permit-line-config = 维护产线、班次和终端

permit-station-read = 查看产线、工位和工位组
permit-station-config = 维护工位和工位组

permit-config-view = 查看策略及生效值
permit-config-manage = 起草、提交策略，定义资源类型和记录类型
permit-config-approve = 批准、归档、回退策略
permit-config-emergency = 紧急启用策略，24 小时内有效

permit-material-read = 查看物料、BOM、物料批号和工作中心
permit-material-config = 维护本地主数据，映射工作中心

permit-material-lot-edit = 新建、冻结、解冻物料批号

permit-quality-read = 查看检验、缺陷、返工任务和测试的完整内容
permit-quality-template = 维护检验模板、巡检点、缺陷代码和抽样规则
permit-quality-fai = 执行首件检验（FAI）
permit-quality-ipqc = 执行过程检验（IPQC）、围堵和每日质检记录
permit-quality-fqc = 执行末件检验（FQC）
permit-quality-oqc = 执行出货检验（OQC）和复检
permit-quality-sign = 签署检验结果和不良评审（MRB）决定
permit-quality-disposition = 处置缺陷，复判误报，围堵，报废拼板
permit-quality-mrb = 对批次作出不良评审（MRB）决定
permit-quality-waive-fai = 在不良评审（MRB）中豁免首件检验
permit-quality-defect-report = 上报缺陷
permit-quality-repair = 填写维修记录
permit-quality-retest-override = 允许超出次数上限的返工和复测

permit-test-program-config = 维护、启用测试程序

permit-exception-view = 查看生产异常
permit-exception-raise = 提报异常，添加措施和附件
permit-exception-confirm = 确认、重开、取消异常

permit-readiness-view = 查看就绪检查、备产看板、豁免和时限规则
permit-readiness-check = 执行就绪检查，系统降级期间手工录入
permit-readiness-confirm = 确认就绪项目及其是否适用
permit-readiness-override = 豁免就绪项目和时限规则，批准、撤销豁免
permit-readiness-config = 维护产线就绪项目和时限规则

permit-resource-view = 查看资源、绑定关系和炉温曲线
permit-resource-operate = 登记资源事件，绑定、解绑资源
permit-resource-manage = 新建、维护、停用资源和炉温曲线
permit-resource-adjust = 调整资源累计用量，须填写原因

permit-record-view = 查看、打印过程记录
permit-record-create = 开始、完成过程记录
permit-record-confirm = 确认过程记录
permit-record-void = 作废过程记录
permit-record-backfill = 补录过程记录，须填写原因

permit-maintenance-view = 查看设备维护记录
permit-maintenance-report = 设备报修
permit-maintenance-work = 开始、暂停、完成、取消维护
permit-maintenance-verify = 验证已完成的维护

permit-loading-view = 查看上料、站位和站位表
permit-loading-verify = 上料、核对、换料、接料和下料
permit-loading-config = 维护站位和站位表
permit-loading-unlock = 解锁站位
permit-loading-review = 复核上料

permit-trace-read = 追溯单件和物料，反查用途，检查合规性
permit-trace-export = 导出追溯数据

permit-dashboard-view = 查看看板

permit-andon-raise = 发起安灯呼叫
permit-andon-handle = 响应、解除安灯呼叫

permit-print-label = 打印、补打标签

permit-integration-read = 查看集成状态、原始消息和映射缺口
permit-integration-operate = 同步、重放、重试、丢弃、暂停，管理 Webhook 和失败事件

permit-ingest-write = 上传设备事件、检验结果和设备数据

permit-degraded-declare = 宣布、结束降级模式，处理数据冲突

permit-audit-read = 查看所有人员的审计记录和归档
permit-audit-export = 导出审计记录

permit-system-user-manage = 管理用户、工牌和会话
permit-system-role-manage = 管理角色和权限矩阵
permit-system-config = 修改系统设置、通知规则和通知渠道
permit-system-integration = 集成全部权限：查看、操作、上传设备数据
permit-system-demo-seed = 生成演示数据
permit-system-token-manage = 管理 API 令牌和终端
permit-system-backup = 备份、恢复演练、查看后台任务

## 预置角色

role-admin = 系统管理员
role-planner = 生产计划员
role-engineer = 工艺工程师
role-quality = 质量工程师
role-inspector = 检验员
role-repair = 维修员
role-material = 物料员
role-operator = 操作员
role-leader = 产线组长
role-manager = 工厂经理
role-trace = 追溯分析员
role-machine = 设备

## 角色的数据范围

