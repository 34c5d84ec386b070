# 引擎与接口的拒绝提示，以及画面对调用本身的说明。
refusal-CODE_REQUIRED = 编码为空，请输入编码。
refusal-NAME_REQUIRED = 名称为空，请输入名称。
refusal-VALIDATION_FAILED = 部分字段不正确，请更正下列字段后重新提交。
refusal-IDEMPOTENCY_KEY_REQUIRED = 变更需要请求头 Idempotency-Key，发送方应为每次变更生成新键。
refusal-IDEMPOTENCY_KEY_REUSED = 此 Idempotency-Key 已用于另一次变更，请为每次变更使用新键。
refusal-IDEMPOTENCY_IN_PROGRESS = 同一变更仍在处理中，请稍候用同一键重新提交。
refusal-UNAUTHENTICATED = 您尚未登录或会话已结束，请重新登录。
refusal-FORBIDDEN = 此操作需要权限 { $permissions }，以下角色拥有：{ $roles }。
refusal-CSRF_INVALID = 页面已过期，请刷新后重试。
refusal-LINE_FORBIDDEN = 产线 { $line } 未分配给您，请联系管理员分配。
refusal-STATION_FORBIDDEN = 工位 { $station } 未分配给您，请使用自己的工位，或请管理员分配。
refusal-VERSION_REQUIRED = 变更需要您看到的版本（请求头 If-Match），请先读取当前状态。
refusal-VERSION_MISMATCH = 内容已被他人修改，当前版本为 { $version }。请刷新后重新修改。
refusal-RATE_LIMITED = 调用过于频繁，请等待 { $seconds } 秒。
refusal-TEMPORARILY_UNAVAILABLE = 系统繁忙或正在重启，未保存任何内容。请稍候用同一键重新提交。
refusal-STORAGE_FULL = 磁盘已满，未保存任何内容。请通知管理员清理空间。
refusal-INTERNAL_ERROR = 系统内部出错，未保存任何内容。请将编号 { $reference } 告知管理员。
refusal-PATH_NOT_FOUND = { $path } 不存在，请检查地址或使用搜索。
refusal-CODE_DUPLICATE = { $code } 已存在（{ $entity }，{ $field }）。请换一个，或编辑已有的。
refusal-CODE_IMMUTABLE = 编码 { $code } 已被使用，不能修改。请新建并停用此项。
refusal-CODE_RESERVED = { $code } 为保留字，请使用其他编码。
refusal-CONFIG_INVALID = { $key } 的值无效：{ $problem }。请更正后重新保存。
refusal-CONFIG_NOT_FOUND = 没有设置项 { $key }，全部名称见设置页面。

setting-idempotency-keepHours = 重复键的应答保留小时数
setting-idempotency-guardRefusalSec = 重复键的拒绝应答保留秒数
