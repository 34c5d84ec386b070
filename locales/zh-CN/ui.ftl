# 页面用语。以 js- 开头的键送往浏览器，其中的变量保持 {name} 形式。

## Frame
skip = 跳到内容
menu = 菜单
home-link = Takt，首页
main-menu = 主菜单
find = 查找
find-label = 搜索或扫码
find-placeholder = 扫码或搜索：序列号、批次、工单、料号、站位
live = 实时
role-switch-hint = 只切换首页和菜单顺序，不改变权限
notifications = 通知
other-language = EN
theme = 切换明暗
user-menu = 我的账号
profile = 个人设置
keys-help = 快捷键与扫码
sign-out = 退出登录
crumbs = 当前位置
actions = 操作
more-actions = 更多操作
close = 关闭
cancel = 取消
retry = 重试
reference = 参考编号
yes = 是
no = 否
all = 全部
choose = 请选择…
optional = 选填
copy-code = 复制 { $code }
show-all = 全部显示
show-them = 查看
print = 打印
back = 返回
search = 搜索

## Sign in
sign-in = 登录
login-say = 每一块板，每一道工序，准时到位
login-badge = 扫描胸卡登录
login-or = 或使用密码
username = 用户名
password = 密码
login-help = 忘记密码？请线长或系统管理员重设。

## Errors
error-404 = 未找到
error-404-todo = 页面或对象不存在，或不在您的范围内。请扫码或搜索。
error-403 = 无权访问
error-403-needs = 此页面需要权限
error-500 = 系统出现故障
error-500-todo = 此页面未保存任何内容。请重试；若再次出现，请将参考编号告知系统管理员。
go-home = 返回我的首页
copy-request = 复制权限申请
denied-here = 您无权查看此部分。
denied-who = 以下角色可以：{ $roles }

## Lists and forms
import = 导入
filter = 筛选
filter-by-state = 按状态筛选
clear-filters = 清除筛选
filtered-empty = 没有符合筛选条件的记录。
empty-plain = 暂无内容。
columns = 列
compact-rows = 紧凑行
export-csv = 导出 CSV
export-n = 导出 { $n } 条为 CSV
rows-n = { $n } 条
rows-of = { $n } / { $total } 条
zone-note = 时间为工厂时间，{ $zone }
keys-move = 移动
keys-open = 打开
first-page = 首页
next-page = 后 { $n } 条
pick-or-scan = 搜索或扫码
one-per-line = 每行一个
choose-file = 选择文件
dangerous = 此操作不可撤销。
nothing-to-fill = 无需填写，确认即可。
bar-good = 良品 { $good } / { $plan }
bar-scrap = 报废 { $scrap }
diff-field = 字段
diff-before = 变更前
diff-after = 变更后
diff-none = 无变更。

## Next action
next-action = 下一步
who-can = 可以处理的人：
copy-handover = 复制交接
notify = 通知

## In the browser: messages
js-saved = 已保存。
js-done-named = { $name }：完成。
js-not-saved = 未保存，服务器没有响应。
js-not-saved-todo = 已填内容保留。请重试，只会计一次。
js-retry = 重试
js-close = 关闭
js-cancel = 取消
js-copied = 已复制。
js-copy-failed = 此处无法复制。
js-reload = 刷新
js-changed = 数据已被更改。
js-changed-todo = 关闭对话框或刷新以查看最新状态。
js-conflict-todo = 请刷新查看当前状态后再试。
js-fields-wrong = 有 { $n } 个字段需要修改。
js-field-wrong = 请检查此字段。
js-required = 请填写。
js-not-a-number = 请输入数字。
js-too-low = 不小于 { $min }
js-too-high = 不大于 { $max }
js-not-json = 不是有效的 JSON。
js-dirty = 放弃已填写的内容？
js-discard = 放弃
js-keep-editing = 继续编辑
js-denied = 您无权执行此操作。
js-denied-roles = 以下角色可以：{ $roles }
js-reference = 参考编号
js-next = 下一步：{ $detail }
js-sign-in-again = 重新登录
js-sign-in-again-todo = 会话已结束。已填内容保留。
js-username = 用户名
js-password = 密码
js-sign-in = 登录
js-sign-in-failed = 用户名与密码不匹配。
js-loading = 加载中…
js-load-failed = 无法加载。
js-busy = 处理中…
js-no-matches = 无匹配项
js-more-matches = 还有更多，请继续输入以缩小范围。
js-open-page = 打开

## In the browser: live and offline
js-live = 实时
js-stale = 数据截至 { $time }
js-polling = 每 10 秒刷新
js-offline = 离线，未保存任何内容。
js-online = 网络已恢复。
js-offline-command = 离线，未发送；已填内容保留。
js-rights-changed = 您的权限已变更，请刷新页面。
js-ago-now = 刚刚
js-ago-min = { $n } 分钟前
js-ago-h = { $n } 小时前
js-ago-d = { $n } 天前
js-in-min = { $n } 分钟后
js-in-h = { $n } 小时后
js-in-d = { $n } 天后

## In the browser: keys and scanner
js-help = 快捷键与扫码
js-key-search = 搜索
js-key-help = 显示此帮助
js-key-go = 前往页面：先按 g，再按字母
js-key-new = 新建
js-key-filter = 筛选
js-key-rows = 下一行 / 上一行
js-key-open = 打开此行
js-key-submit = 提交表单
js-key-close = 关闭
js-key-scan = 手工输入条码的起始键
js-scanned = 已扫描 { $text }
js-scan-unknown = 无法识别：{ $text }，应为{ $expected }。
js-scan-any = 序列号、批次、工单、物料批或站位
js-scan-sn = 序列号
js-scan-queue-full = 待处理扫描过多，{ $text } 未接收。
js-scan-queue-cleared = 因出错已清除 { $n } 个待处理扫描，请重新扫描。
