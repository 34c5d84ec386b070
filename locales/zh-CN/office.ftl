### 谁可以做、谁做了：人员、角色、会话、令牌、设置、审计

## 拒绝：登录
refusal-INVALID_CREDENTIALS = 用户名与密码不匹配。请检查后重试；管理员可以重设密码。
refusal-ACCOUNT_LOCKED = 密码错误次数过多。请等待 { $minutes } 分钟后重试，或请管理员重设密码。
refusal-ACCOUNT_INACTIVE = 该账号已停用。管理员可以重新启用。
refusal-PASSWORD_EXPIRED = 初始密码已过期。请向管理员索取新的初始密码。
refusal-PASSWORD_CHANGE_REQUIRED = 请先设置自己的密码，之后才能进行其他操作。
refusal-ENROLMENT_INVALID = 该链接不存在、已使用或已过期。请向管理员索取新的链接。
refusal-SESSION_NOT_FOUND = 没有打开的会话 { $session }，可能已结束。请刷新列表。
refusal-TOKEN_INVALID = 无法识别该令牌。请检查密钥，或请管理员签发新令牌。
refusal-TOKEN_EXPIRED = 令牌 { $token } 已过期。管理员可以轮换或签发新令牌。
refusal-TOKEN_REVOKED = 令牌 { $token } 已吊销。管理员可以签发新令牌。
refusal-TOKEN_IP_DENIED = 令牌 { $token } 不允许从该地址使用。管理员可以修改允许的地址。

## 拒绝：密码
refusal-PASSWORD_TOO_SHORT = 密码太短。请至少使用 { $min } 个字符。
refusal-PASSWORD_IS_USERNAME = 密码不能与用户名相同。请另选一个。
refusal-PASSWORD_TOO_COMMON = 该密码过于常见，容易被猜中。请另选一个，例如一句短句。
refusal-PASSWORD_REUSED = 这是您最近 { $count } 个密码之一。请设置新密码。

## 拒绝：人员与角色
refusal-USER_NOT_FOUND = 没有用户 { $username }。请检查拼写或搜索姓名。
refusal-ROLE_NOT_FOUND = 没有角色 { $role }。请从列表中选择。

## 命令
command-session-login = 登录
command-session-logout = 退出登录
command-session-end = 结束会话
command-user-enrol = 设置密码

## 列表

## 字段
field-username = 用户名
field-password = 密码
field-token = 注册链接
field-session = 会话

## 非命令动作
action-role-seed = 写入预置角色
action-demo-seed = 建立演示工厂
action-export = 导出列表
action-admin-create = 创建管理员
action-api-token-use = 使用令牌

## 对象
entity-demo = 演示工厂
entity-export = 导出
entity-user = 用户
entity-role = 角色
entity-session = 会话

## 事件
event-USER_CHANGED = 用户已更改
event-ROLE_CHANGED = 角色已更改
event-PERMISSIONS_CHANGED = 权限已更改
event-SESSION_ENDED = 会话已结束
event-ACCOUNT_LOCKED = 账号已锁定

## 词汇
word-Locale-en = English
word-Locale-zh-CN = 中文
word-AuthSource-LOCAL = Takt 密码
word-AuthSource-OIDC = 企业统一登录

## 设置
setting-auth-session-idleMin = 无操作多少分钟后会话结束
setting-auth-session-absoluteMin = 会话最长多少分钟
setting-auth-enrolment-hours = 注册链接或初始密码的有效小时数
setting-auth-password-minLength = 密码最少字符数
setting-auth-password-history = 不可重复使用的最近密码个数
setting-auth-lock-userFailures = 锁定用户名的连续错误密码次数
setting-auth-lock-ipFailures = 锁定地址的错误密码次数
setting-auth-lock-minutes = 统计错误密码及锁定持续的分钟数

## 预置角色
role-about-admin = 管理 Takt 本身：人员、角色、设置、令牌、备份。可查看全部，不更改生产数据。
role-about-planner = 计划工单与批次，授权并关闭批次。
role-about-engineer = 维护工艺路线、工序、采集规格、产线、资源与规则。
role-about-quality = 决定检验、不良、豁免与隔离。
role-about-inspector = 在指定产线上检验。
role-about-repair = 在指定产线上维修并过站维修板。
role-about-material = 在指定产线上料并管理物料。
role-about-operator = 在指定工位作业。
role-about-leader = 管理指定产线。
role-about-manager = 查看全部，批准并签署需要复核的事项。
role-about-trace = 追溯单件与物料，导出证据。
role-about-machine = 发送设备事件；仅供令牌使用，不授予人员。

## 拒绝：人员、密码与绑定
refusal-ROLE_REQUIRED = 人员至少需要一个角色。请选择。
refusal-ROLE_FOR_TOKENS = 角色 { $role } 仅供令牌使用。请选择其他角色，或签发令牌。
refusal-LINE_BINDING_REQUIRED = 以下角色按指定产线工作：{ $roles }。请至少指定一条产线。
refusal-STATION_BINDING_REQUIRED = 以下角色按指定工位工作：{ $roles }。请至少指定一个工位。
refusal-LAST_ADMIN = 必须始终有人管理用户与角色，而 { $username } 将失去该权限。请先将权限授予另一位在用人员，或由其进行此更改。
refusal-PASSWORD_WRONG = 旧密码不正确。请检查后重试；管理员可以重设密码。
refusal-PASSWORD_ELSEWHERE = 该账号通过企业统一登录，在此没有密码。请在企业系统中修改。

## 拒绝：令牌
refusal-API_TOKEN_NOT_FOUND = 没有令牌 { $token }。请在令牌列表中核对编号。
refusal-PERMISSION_UNKNOWN = 没有权限 { $permission }。请从列表中选择。
refusal-TOKEN_PERMISSION_FORBIDDEN = 令牌不得持有须由人员承担的权限：{ $permissions }。请去掉这些权限。

## 命令：人员与令牌
command-user-create = 添加人员
command-user-update = 编辑人员
command-user-update-me = 编辑我的资料
command-user-import = 导入人员
command-user-change-password = 修改密码
command-user-reset-password = 重设密码
command-user-revoke-sessions = 结束全部会话
command-api-token-create = 签发令牌
command-api-token-rotate = 轮换密钥
command-api-token-revoke = 吊销令牌

## 列表：人员与令牌
list-users = 人员
empty-users = 还没有人员。请逐个添加或导入文件。
list-api_tokens = 令牌
empty-api_tokens = 还没有令牌。请为每台设备或系统签发一个。

## 字段：人员与令牌
field-allowedCidrs = 允许的地址
field-authSource = 登录方式
field-csv = 文件（CSV）
field-department = 部门
field-email = 电子邮件
field-employeeNo = 工号
field-expiresAt = 到期时间
field-firstAccess = 首次登录方式
field-initialPassword = 初始密码
field-isRevoked = 已吊销
field-keepOldHours = 旧密钥保留小时数
field-lastLoginAt = 上次登录
field-lastUsedAt = 上次使用
field-lineCodes = 产线
field-locale = 语言
field-mustChangePassword = 须修改密码
field-newPassword = 新密码
field-oldPassword = 旧密码
field-permissions = 权限
field-phone = 电话
field-preferredHomePage = 首页
field-rateLimitPerMin = 每分钟调用次数
field-revokedAt = 吊销时间
field-role = 角色
field-roles = 角色
field-stationCodes = 工位
field-tokenNo = 令牌编号

## 词汇、对象与事件：人员与令牌
word-FirstAccess-LINK = 一次性链接
word-FirstAccess-PASSWORD = 随机密码
word-TokenKind-MACHINE = 设备
word-TokenKind-INTEGRATION = 其他系统
entity-api_token = 令牌
event-TOKEN_EXPIRING = 令牌即将到期

## 设置：令牌
setting-auth-token-maxDays = 令牌最长有效天数
setting-auth-token-warnDays = 令牌到期前提醒的天数
setting-auth-token-rotateHours = 轮换后旧密钥最多保留的小时数
setting-auth-token-ratePerMin = 令牌默认每分钟调用次数

## 拒绝：角色、设置、审计
refusal-ROLE_CODE_RESERVED = { $role } 为保留代码。请使用其他代码。
refusal-ROLE_SYSTEM_LOCKED = 角色 { $role } 为 Takt 预置角色，只能修改名称和说明。请复制后修改副本。
refusal-ROLE_IN_USE = 有 { $count } 人使用角色 { $role }。请先为他们更换角色，再删除。
refusal-CONFIG_VERSION_NOT_FOUND = 设置 { $key } 没有版本 { $version }。请从历史中选择。
refusal-AUDIT_NOT_FOUND = 没有您可查看的审计记录 { $seq }。记录在一秒内编号；查看他人的记录需要 audit:read 权限。

## 命令：角色与设置
command-role-create = 添加角色
command-role-clone = 复制角色
command-role-update = 编辑角色
command-role-delete = 删除角色
command-config-set = 修改设置
command-config-revert = 还原设置

## 列表：角色、设置、审计
list-roles = 角色
empty-roles = 没有匹配的角色。请清除筛选或添加角色。
list-audit_logs = 审计记录
empty-audit_logs = 没有匹配的记录。请放宽时间或清除筛选。
list-config_changes = 设置的历史
empty-config_changes = 从未修改，使用默认值。
list-history = 历史
empty-history = 尚无任何记录。

## 字段：角色、设置、审计
field-action = 操作
field-actor = 操作人
field-actorName = 操作人姓名
field-actorType = 操作者类别
field-after = 之后
field-at = 时间
field-before = 之前
field-changedBy = 修改人
field-description = 说明
field-entityKey = 对象
field-entityType = 对象类别
field-errorCode = 拒绝代码
field-errorMessage = 拒绝原因
field-from = 从
field-fromSeq = 起始编号
field-toSeq = 截止编号
field-home = 首页
field-ip = 地址
field-isSystem = 预置
field-key = 设置项
field-newCode = 新代码
field-permission = 权限
field-requestId = 参考号
field-scope = 范围
field-scopeKey = 适用于
field-seq = 编号
field-signatureMeanings = 可签署含义
field-to = 到
field-toVersion = 还原到版本
field-userCount = 人数
field-value = 值

## 词汇：角色、设置、审计
word-Scope-ALL = 全厂
word-Scope-ASSIGNED_LINES = 指定产线
word-Scope-ASSIGNED_STATIONS = 指定工位
word-SignatureMeaning-PERFORMED = 执行
word-SignatureMeaning-REVIEWED = 审核
word-SignatureMeaning-APPROVED = 批准
word-SignatureMeaning-RELEASED = 放行
word-SignatureMeaning-WAIVED = 豁免
word-SignatureMeaning-SCRAPPED = 报废
word-SignatureMeaning-VERIFIED = 验证
word-SignatureMeaning-ENGINEERING_CONFIRMED = 工程确认
word-SignatureMeaning-PRODUCTION_CONFIRMED = 生产确认
word-ConfigScope-GLOBAL = 全厂
word-ConfigOrigin-DEFAULT = 默认
word-ConfigOrigin-GLOBAL = 全厂设置
word-AuditStatus-SUCCESS = 成功
word-AuditStatus-FAIL = 被拒绝
word-ActorType-USER = 人员
word-ActorType-TOKEN = 令牌
word-ActorType-SYSTEM = Takt
entity-setting = 设置
event-CONFIG_CHANGED = 设置已更改

## 应由不同人员承担的权限
segregation-INSPECT_SIGN_AUTHORIZE = 既检验首件、签署首件，又授权批次
segregation-WAIVE_AND_AUTHORIZE = 既豁免就绪项，又授权批次
segregation-DRAFT_AND_APPROVE_POLICY = 既起草又批准策略
segregation-RECORD_AND_CONFIRM = 既填写又确认过程记录
segregation-WORK_AND_VERIFY_MAINTENANCE = 既执行又验证维护
segregation-LOAD_AND_REVIEW = 既上料又复核上料
segregation-REPAIR_AND_RELEASE = 既维修又处置不良
segregation-ADMIN_AND_PRODUCTION = 既管理角色又过站
