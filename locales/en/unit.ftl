### Units, tracks and what is measured on them

## Refusals
refusal-UNIT_NOT_FOUND = Serial { $sn } is not known in your lines. Check the label; if the board is new, its run must have units or take them at the first scan.
refusal-UNIT_NO_RUN = Unit { $sn } belongs to no run. A planner puts it into one.
refusal-SN_DUPLICATE = Serial { $sn } exists already, so nothing was created. Use serials that no board and no panel carries.
refusal-SN_DUPLICATE_IN_REQUEST = Serial { $sn } is in the list more than once. Remove the repeat and try again.
refusal-QUANTITY_EXCEEDS_PLAN = Run { $run } is planned for { $plan ->
    [one] 1 unit
   *[other] { $plan } units
}; { $remaining } more can be created. Lower the quantity or ask the planner for another run.
refusal-RUN_PLAN_QTY_EXCEEDED = Run { $run } already has { $plan ->
    [one] the 1 unit that is planned
   *[other] all { $plan } planned units
}. Scan a board of the run, or ask the planner.
refusal-UNITS_CANNOT_BE_DELETED = { $processed ->
    [one] 1 unit of run { $run } has been worked on or is held
   *[other] { $processed } units of run { $run } have been worked on or are held
}. None was deleted; cancel or close the run instead.
refusal-UNIT_NOT_HELD = Unit { $sn } has no hold that can be ended by hand. Holds of defects and inspections end there.
refusal-STATION_LINE_MISMATCH = Station { $station } belongs to line { $line }, run { $run } is on line { $runLine }. Take the board to a station of its line.
refusal-RUN_WORK_ORDER_MISMATCH = Run { $run } is not of order { $wo }. Check which order is set at the station.
refusal-UNIT_WORK_ORDER_MISMATCH = Unit { $sn } is of another order than { $wo }. Check the board and the run set at the station.
refusal-UNIT_RUN_MISMATCH = Unit { $sn } is not in run { $run }. Scan it without choosing a run, or choose its own.
refusal-UNIT_ALREADY_IN_STATION = Unit { $sn } is inside { $station } since { $since }. Track it out there first.
refusal-UNIT_ALREADY_DONE = Unit { $sn } has passed all its steps. Put it with the finished boards.
refusal-UNIT_OUT_FAILED = Unit { $sn } failed at { $at } ({ $defectCode } { $location }). Put it on the red rack; quality decides what becomes of it.
refusal-UNIT_ON_HOLD = Unit { $sn } is on hold: { $reason } ({ $by }). Set it aside until the hold is ended.
refusal-UNIT_SCRAPPED = Unit { $sn } was scrapped. Put it with the scrap.
refusal-STEP_MISMATCH = Unit { $sn } stands at step { $step }, which its route does not have there. A process engineer must look at it.
refusal-STATION_MISMATCH = Unit { $sn } belongs to { $step } → { $stations }. Station { $station } does not do this step.
refusal-STATION_CAPACITY_REACHED = Station { $station } holds { $capacity ->
    [one] 1 board
   *[other] { $capacity } boards
} and is full. Track one out first.
refusal-ACTIVE_TRACK_EXISTS = Unit { $sn } is inside a station already. Scan it again to see where.
refusal-TRACK_AT_OTHER_STATION = Unit { $sn } is inside { $stations } at { $step }. Track it out there.
refusal-UNIT_NOT_IN_STATION = Unit { $sn } is not tracked in at { $station }. It was last seen at { $lastStation }, { $lastAt }.
    .lastStation = Unit { $sn } is not tracked in at { $station }, and no station has seen it yet. Track it in first.
refusal-TRACK_ALREADY_CLOSED = Unit { $sn } has just left with { $result }. If that was wrong, ask quality.
refusal-REQUIRED_DATA_MISSING = These values are missing: { $names }. Enter them, or wait for the machine to send them.
refusal-DATA_VALUE_DUPLICATE = { $name } was given twice. Give each value once.
refusal-DATA_SPEC_METHOD_MISMATCH = { $name } comes from the machine and may not be typed. Wait for it, or ask a process engineer to allow typing.
refusal-TRACK_NOT_FOUND = Track { $track } is not known in your lines. Check its number, like SN-0001#2.

## Why a result is FAIL
result-reason-REQUESTED = Reported as failed
result-reason-INSPECTION = Inspection says FAIL: { $name }
result-reason-KEY_VALUE = Outside its limits: { $name }
result-reason-ALARM = Alarm: { $name }

## What is next
next-unit-queued = { $sn } waits at { $step }: { $station }.
next-unit-in-station = { $sn } is inside { $station }, { $step }. Track it out.
next-unit-out-failed = { $sn } failed at { $step } and waits for quality.
next-unit-on-hold = { $sn } is on hold at { $step }.
next-unit-done = { $sn } is done.
next-unit-scrapped = { $sn } was scrapped.
step-track_in = Track in
step-track_out = Track out
step-disposition = Disposition
step-hold = Hold
step-finished = Finished

## Commands, lists, things
command-unit-generate = Generate units
command-unit-import = Import units
command-unit-delete-all = Delete all units
command-unit-hold = Hold unit
command-unit-release = Release unit
command-unit-track-in = Track in
command-unit-track-out = Track out
command-unit-track-in-cancel = Undo track-in
command-data-value-supersede = Correct value
entity-unit = Unit
entity-data_value = Measured value
list-run_units = Units of the run
empty-run_units = This run has no units yet. Generate or import them, or scan the first board if the run takes them so.
list-data_values = Measured values
empty-data_values = Nothing was measured here yet. Values come with track-outs and from machines.

## Fields
field-sn = Serial
field-sns = Serials
field-snPrefix = Serial prefix
field-quantity = Quantity
field-operatorId = Badge
field-result = Result
field-data = Values
field-defects = Defects
field-defectCode = Defect
field-defectLocation = Designator
field-defectRemark = Remark
field-currentStepNo = Step
field-attempt = Attempt
field-holdsOpen = Open holds
field-specName = Data spec
field-trackId = Track
field-valueNumber = Number
field-valueText = Text
field-valueBoolean = Yes or no
field-valueJson = Structured value
field-judge = Judgement
field-alarmed = Alarm
field-collectedAt = Collected

## Words
word-Verdict-PASS = Pass
word-Verdict-FAIL = Fail
word-UnitStatus-QUEUED = Waiting
word-UnitStatus-IN_STATION = In station
word-UnitStatus-OUT_FAILED = Failed, waits for disposition
word-UnitStatus-ON_HOLD = On hold
word-UnitStatus-DONE = Done
word-UnitStatus-SCRAPPED = Scrapped
word-UnitHoldKind-MANUAL = By hand
word-UnitHoldKind-DEFECT = Defect
word-UnitHoldKind-ALARM = Alarm
word-UnitHoldKind-LATE_INSPECTION = Late inspection result
word-UnitHoldKind-IPQC = Patrol inspection
word-UnitHoldKind-OQC = Outgoing inspection
word-UnitHoldKind-CONTAINMENT = Containment
word-ExecutionMode-NORMAL = Production
word-ExecutionMode-FAI_TRIAL = First-article trial
word-ResultReason-REQUESTED = Reported
word-ResultReason-INSPECTION = Inspection
word-ResultReason-KEY_VALUE = Key value
word-ResultReason-ALARM = Alarm
word-ScanAction-IN = Goes in
word-ScanAction-OUT = Comes out
word-ScanAction-REPEAT = Repeat
word-ScanAction-NONE = Nothing
word-QueueView-inStation = In station
word-QueueView-waiting = Waiting
word-QueueView-blocked = Blocked

## Settings
setting-exec-duplicateScanSec = A scan repeated within so many seconds counts once
setting-unit-snPrefix = What generated serials begin with

## Events
event-UNITS_CREATED = Units created
event-UNITS_DELETED = Units deleted
event-TRACK_IN = Tracked in
event-TRACK_OUT = Tracked out
event-TRACK_VOIDED = Track-in undone
event-UNIT_DONE = Unit done
event-UNIT_FAILED = Unit failed
event-UNIT_HELD = Unit held
event-UNIT_HOLD_ENDED = Hold on unit ended
event-DATA_RECORDED = Values recorded
event-DATA_ALARM = Value alarmed
event-DATA_COLLECTION_OVERDUE = Value overdue
event-DATA_VALUE_SUPERSEDED = Value corrected
refusal-DEVICE_LOCATOR_INCOMPLETE = Nothing says which track the value belongs to. Give its serial number, its track or its carrier.
