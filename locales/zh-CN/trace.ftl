### 追溯

## The story of a unit
story-in = { $step }：在 { $station } 进站
story-passed = { $step }：在 { $station } 合格出站
story-failed = { $step }：在 { $station } 不合格
story-voided = { $step }：撤销在 { $station } 的进站
story-defect = { $step }：在 { $station } 发现缺陷 { $defect }
story-held = 隔离：{ $kind }
story-released = 解除隔离：{ $kind }

## Lists
list-trace_tracks = 单件过站记录
empty-trace_tracks = 该单件尚未进过任何工位。扫描进站后，记录显示于此。
list-trace_data_values = 单件采集数据
empty-trace_data_values = 该单件尚无采集数据。
list-trace_defects = 单件缺陷
empty-trace_defects = 各工位均未发现该单件的缺陷。
list-trace_holds = 单件隔离记录
empty-trace_holds = 该单件从未被隔离。
list-trace_history = 单件操作记录
empty-trace_history = 该单件尚无任何操作。

## Fields
field-by = 操作人
field-operation = 工序
field-inAt = 进站
field-outAt = 出站
field-voided = 已撤销
field-limits = 限值
field-superseded = 已更正
field-location = 位号
field-remark = 备注
field-sourceNo = 起因
field-releasedAt = 解除时间
field-releasedBy = 解除人
field-releaseReason = 解除原因

## Words
word-TraceMode-run = 实际版本
word-TraceMode-latest = 最新版本
