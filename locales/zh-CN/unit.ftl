### 单件、过站记录与采集数据

## Refusals
refusal-UNIT_NOT_FOUND = 在您负责的产线中没有序列号 { $sn }。请核对标签；如果是新板，其批次须已生成单件，或允许首次扫描建立。
refusal-UNIT_NO_RUN = 单件 { $sn } 不属于任何批次。请计划员将其归入批次。
refusal-SN_DUPLICATE = 序列号 { $sn } 已存在，本次未建立任何单件。请使用未被任何单件或拼板占用的序列号。
refusal-SN_DUPLICATE_IN_REQUEST = 清单中序列号 { $sn } 重复出现。请删除重复项后重试。
refusal-QUANTITY_EXCEEDS_PLAN = 批次 { $run } 计划 { $plan } 件，还可建立 { $remaining } 件。请减少数量，或请计划员另开批次。
refusal-RUN_PLAN_QTY_EXCEEDED = 批次 { $run } 计划的 { $plan } 件已全部建立。请扫描其中的板，或联系计划员。
refusal-UNITS_CANNOT_BE_DELETED = 批次 { $run } 有 { $processed } 件已加工或被隔离，未删除任何单件。请取消或关闭该批次。
refusal-UNIT_NOT_HELD = 单件 { $sn } 没有可手工解除的隔离。缺陷或检验造成的隔离请在其页面解除。
refusal-STATION_LINE_MISMATCH = 工位 { $station } 属于产线 { $line }，批次 { $run } 在产线 { $runLine }。请将板送到其产线的工位。
refusal-RUN_WORK_ORDER_MISMATCH = 批次 { $run } 不属于工单 { $wo }。请核对工位上选择的工单。
refusal-UNIT_WORK_ORDER_MISMATCH = 单件 { $sn } 不属于工单 { $wo }。请核对板和工位上选择的批次。
refusal-UNIT_RUN_MISMATCH = 单件 { $sn } 不在批次 { $run } 中。请不选批次直接扫描，或选择其所属批次。
refusal-UNIT_ALREADY_IN_STATION = 单件 { $sn } 自 { $since } 起在工位 { $station } 内。请先在该工位出站。
refusal-UNIT_ALREADY_DONE = 单件 { $sn } 已完成全部工序。请放入成品区。
refusal-UNIT_OUT_FAILED = 单件 { $sn } 在 { $at } 不合格（{ $defectCode } { $location }）。请放入红色料架，等待质量人员处置。
refusal-UNIT_ON_HOLD = 单件 { $sn } 已隔离：{ $reason }（{ $by }）。请单独存放，直至隔离解除。
refusal-UNIT_SCRAPPED = 单件 { $sn } 已报废。请放入报废区。
refusal-STEP_MISMATCH = 单件 { $sn } 位于工序 { $step }，与其工艺路线不符。请工艺工程师处理。
refusal-STATION_MISMATCH = 单件 { $sn } 应到 { $step } → { $stations }。工位 { $station } 不做此工序。
refusal-STATION_CAPACITY_REACHED = 工位 { $station } 最多容纳 { $capacity } 件，已满。请先将一件出站。
refusal-ACTIVE_TRACK_EXISTS = 单件 { $sn } 已在某工位内。请再次扫描查看其位置。
refusal-TRACK_AT_OTHER_STATION = 单件 { $sn } 正在 { $stations }（{ $step }）。请在该工位出站。
refusal-UNIT_NOT_IN_STATION = 单件 { $sn } 未在工位 { $station } 进站。最近出现在 { $lastStation }，{ $lastAt }。
    .lastStation = 单件 { $sn } 未在工位 { $station } 进站，也还没有到过任何工位。请先进站。
refusal-TRACK_ALREADY_CLOSED = 单件 { $sn } 刚以 { $result } 出站。如有误，请联系质量人员。
refusal-REQUIRED_DATA_MISSING = 缺少以下数据：{ $names }。请录入，或等待设备上传。
refusal-DATA_VALUE_DUPLICATE = { $name } 重复给出。每项数据请只给一次。
refusal-DATA_SPEC_METHOD_MISMATCH = { $name } 由设备采集，不可手工录入。请等待设备数据，或请工艺工程师允许手工录入。
refusal-TRACK_NOT_FOUND = 在您负责的产线中没有过站记录 { $track }。请核对编号，例如 SN-0001#2。

## Why a result is FAIL
result-reason-REQUESTED = 报告为不合格
result-reason-INSPECTION = 检验判为不合格：{ $name }
result-reason-KEY_VALUE = 超出限值：{ $name }
result-reason-ALARM = 报警：{ $name }

## What is next
next-unit-queued = { $sn } 等待 { $step }：{ $station }。
next-unit-in-station = { $sn } 在工位 { $station } 内（{ $step }），请出站。
next-unit-out-failed = { $sn } 在 { $step } 不合格，等待质量处置。
next-unit-on-hold = { $sn } 已在 { $step } 隔离。
next-unit-done = { $sn } 已完成。
next-unit-scrapped = { $sn } 已报废。
step-track_in = 进站
step-track_out = 出站
step-disposition = 处置
step-hold = 隔离
step-finished = 完结

## Commands, lists, things
command-unit-generate = 生成单件
command-unit-import = 导入单件
command-unit-delete-all = 删除全部单件
command-unit-hold = 隔离单件
command-unit-release = 解除隔离
command-unit-track-in = 进站
command-unit-track-out = 出站
command-unit-track-in-cancel = 撤销进站
command-data-value-supersede = 更正数据
entity-unit = 单件
entity-data_value = 采集数据
list-run_units = 批次单件
empty-run_units = 该批次尚无单件。请生成或导入；如批次允许，也可直接扫描首块板。
list-data_values = 采集数据
empty-data_values = 此处尚无采集数据。数据随出站录入，或由设备上传。

## Fields
field-sn = 序列号
field-sns = 序列号清单
field-snPrefix = 序列号前缀
field-quantity = 数量
field-operatorId = 工牌
field-result = 结果
field-data = 数据
field-defects = 缺陷
field-defectCode = 缺陷代码
field-defectLocation = 位号
field-defectRemark = 备注
field-currentStepNo = 工序
field-attempt = 次数
field-holdsOpen = 未解除隔离
field-specName = 采集项
field-trackId = 过站记录
field-valueNumber = 数字
field-valueText = 文本
field-valueBoolean = 是或否
field-valueJson = 结构化数据
field-judge = 判定
field-alarmed = 报警
field-collectedAt = 采集时间

## Words
word-Verdict-PASS = 合格
word-Verdict-FAIL = 不合格
word-UnitStatus-QUEUED = 等待
word-UnitStatus-IN_STATION = 在站
word-UnitStatus-OUT_FAILED = 不合格，待处置
word-UnitStatus-ON_HOLD = 隔离
word-UnitStatus-DONE = 完成
word-UnitStatus-SCRAPPED = 报废
word-UnitHoldKind-MANUAL = 手工
word-UnitHoldKind-DEFECT = 缺陷
word-UnitHoldKind-ALARM = 报警
word-UnitHoldKind-LATE_INSPECTION = 迟到的检验结果
word-UnitHoldKind-IPQC = 过程检验
word-UnitHoldKind-OQC = 出货检验
word-UnitHoldKind-CONTAINMENT = 围堵
word-ExecutionMode-NORMAL = 生产
word-ExecutionMode-FAI_TRIAL = 首件试产
word-ResultReason-REQUESTED = 人工报告
word-ResultReason-INSPECTION = 检验
word-ResultReason-KEY_VALUE = 关键数据
word-ResultReason-ALARM = 报警
word-ScanAction-IN = 进站
word-ScanAction-OUT = 出站
word-ScanAction-REPEAT = 重复扫描
word-ScanAction-NONE = 无
word-QueueView-inStation = 在站
word-QueueView-waiting = 等待
word-QueueView-blocked = 受阻

## Settings
setting-exec-duplicateScanSec = 在此秒数内的重复扫描只计一次
setting-unit-snPrefix = 生成序列号的前缀

## Events
event-UNITS_CREATED = 单件已建立
event-UNITS_DELETED = 单件已删除
event-TRACK_IN = 已进站
event-TRACK_OUT = 已出站
event-TRACK_VOIDED = 进站已撤销
event-UNIT_DONE = 单件已完成
event-UNIT_FAILED = 单件不合格
event-UNIT_HELD = 单件已隔离
event-UNIT_HOLD_ENDED = 单件隔离已解除
event-DATA_RECORDED = 数据已记录
event-DATA_ALARM = 数据报警
event-DATA_COLLECTION_OVERDUE = 数据采集超期
event-DATA_VALUE_SUPERSEDED = 数据已更正
refusal-DEVICE_LOCATOR_INCOMPLETE = 没有说明该数据属于哪条过站记录。请给出序列号、过站记录或载具。
