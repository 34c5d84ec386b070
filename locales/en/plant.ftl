### Lines, stations, materials, operations and what is measured

## Lines
list-lines = Lines
empty-lines = No lines yet. Create the first line, then put its stations on it.
entity-line = Line
command-line-create = Create line
command-line-update = Edit line
command-line-set-process-type = Change process type
command-line-delete = Delete line
event-LINE_CHANGED = Line changed
refusal-LINE_NOT_FOUND = There is no line { $line } among your lines. Check the code, or pick the line from the list.
refusal-LINE_INACTIVE = Line { $line } is deactivated. Take another line, or ask whoever configures lines to activate it again.
refusal-LINE_CODE_DUPLICATE = There is a line { $line } already; upper and lower case count as the same. Choose another code.
refusal-LINE_HAS_DEPENDENCIES = Line { $line } is still used by other records, so it cannot be deleted. Deactivate it instead.
refusal-LINE_IN_USE = Line { $line } has open runs, so this cannot change now. Close or move the runs first; the planner can.
word-ProcessType-SMT = SMT
word-ProcessType-DIP = DIP
word-Change-CREATED = Created
word-Change-UPDATED = Edited
word-Change-DEACTIVATED = Deactivated

## Stations
list-stations = Stations
empty-stations = No stations here. Create a station and put it on a line, or clear the filters.
entity-station = Station
command-station-create = Create station
command-station-update = Edit station
command-station-delete = Delete station
event-STATION_CHANGED = Station changed
refusal-STATION_NOT_FOUND = There is no station { $station } in your area. Check the code, or pick the station from the list.
refusal-STATION_INACTIVE = Station { $station } is deactivated. Use another station, or ask whoever configures stations to activate it again.
refusal-STATION_CODE_DUPLICATE = There is a station { $station } already; codes are unique in the whole plant. Choose another code.
refusal-STATION_HAS_DEPENDENCIES = Station { $station } is still used by other records, so it cannot be deleted. Deactivate it instead.
refusal-STATION_IN_USE = Boards are inside station { $station }, so this cannot change now. Track them out first, then try again.
refusal-STATION_GROUP_NOT_FOUND = There is no station group { $group }. Check the code, or create the group first.
word-StationType-MANUAL = Manual
word-StationType-AUTO = Automatic
word-StationType-BATCH = Batch
word-StationType-TEST = Test

## Data specs
word-ItemType-KEY = Key characteristic
word-ItemType-OBSERVATION = Observation
word-DataType-NUMBER = Number
word-DataType-TEXT = Text
word-DataType-BOOLEAN = Yes or no
word-DataType-JSON = Structured data
word-Method-AUTO = From the machine
word-Method-MANUAL = By hand
word-TriggerType-EACH_UNIT = Each board
word-TriggerType-EACH_CARRIER = Each carrier
word-TriggerType-EVENT = On an event
word-TriggerType-TIME = At intervals
word-AlarmAction-ALARM_ONLY = Alarm only
word-AlarmAction-FAIL = Fail the board
word-AlarmAction-HOLD = Hold the board
word-AlarmAction-HOLD_RUN = Hold the run
word-TriggerEvent-TRACK_IN = At track-in
word-TriggerEvent-TRACK_OUT = At track-out
word-Judge-PASS = Pass
word-Judge-FAIL = Fail
word-Judge-NA = Not judged
refusal-DATA_VALUE_INVALID = The value of { $name } cannot be used: { $problem }. Measure again, or have a process engineer check the data spec.
refusal-DATA_UNIT_MISMATCH = The value of { $name } came in { $unit }, which does not convert into { $wanted }. Have a process engineer check the unit of the data spec or of the machine.
list-data_specs = Data specs
empty-data_specs = No data specs here. Say what is measured at an operation, or clear the filters.
entity-data_spec = Data spec
command-data-spec-create = Create data spec
command-data-spec-update = Edit data spec
event-DATA_SPEC_REVISED = Data spec revised
refusal-DATA_SPEC_NOT_FOUND = There is no data spec { $name }. Check the operation and the name, or pick it from the list.
refusal-DATA_SPEC_NAME_DUPLICATE = Operation { $operation } has a data spec { $name } already. Choose another name, or edit that one.
refusal-DATA_SPEC_LIMITS_INVALID = The limits of { $name } contradict each other: { $problem }. Correct them and save again.
refusal-DATA_SPEC_TYPE_LOCKED = There are values of { $name } already, so its data type stays. Create a new data spec for the other type.
refusal-DATA_SPEC_TRIGGER_MISMATCH = The trigger { $trigger } of { $name } does not fit. Name an event for EVENT, minutes for TIME, and neither for each board or carrier; use each carrier at batch steps only.

## Operations
refusal-OPERATION_NOT_FOUND = There is no operation { $operation }. Check the code, or ask a process engineer to create it.
word-OperationSource-ERP = ERP
word-OperationSource-MES = Takt
word-OperationSource-SEED = Shipped
list-operations = Operations
empty-operations = No operations here. Create the words of your site for what a step does, or clear the filters.
entity-operation = Operation
command-operation-create = Create operation
command-operation-update = Edit operation
command-operation-delete = Delete operation
command-operation-merge = Merge into another operation
refusal-OPERATION_CODE_DUPLICATE = There is an operation { $operation } already. Choose another code, or use that one.
refusal-OPERATION_IN_USE = Operation { $operation } is used by routes, mappings, data specs or configuration. Deactivate it, or move what uses it first.
refusal-OPERATION_ERP_READONLY = Operation { $operation } comes from the ERP, so its { $field } is changed there. Type and quality mark can be changed here.
refusal-OPERATION_INACTIVE = Operation { $operation } is deactivated. Choose an active one, or activate it first.
refusal-OPERATION_MERGE_INVALID = Operation { $operation } cannot be merged into itself. Choose another target.
list-operation_mappings = Operation mappings
empty-operation_mappings = No mappings here. A sync adds them, or map a process key by hand.
entity-operation_mapping = Operation mapping
command-operation-mapping-create = Map process key
command-operation-mapping-update = Edit mapping
command-operation-mapping-delete = Delete mapping
refusal-OPERATION_MAPPING_NOT_FOUND = Nothing is mapped for { $key } of { $source }. Check both, or create the mapping.

## Station groups
list-station_groups = Station groups
empty-station_groups = No station groups yet. Create a group for stations that do the same, so that routes can point at it.
entity-station_group = Station group
command-station-group-create = Create station group
command-station-group-update = Edit station group
command-station-group-delete = Delete station group
command-station-group-import = Import station groups
refusal-STATION_GROUP_CODE_DUPLICATE = There is a station group { $group } already. Choose another code.
refusal-STATION_GROUP_HAS_DEPENDENCIES = Station group { $group } is still named by stations, routes or configuration. Take it out there first.

## Shifts
list-shifts = Shifts
empty-shifts = No shifts yet. Create the shifts of the plant; a line's own shifts win over them.
entity-shift = Shift
command-shift-create = Create shift
command-shift-update = Edit shift
command-shift-delete = Delete shift
command-shift-import = Import shifts
refusal-SHIFT_NOT_FOUND = There is no shift { $shift } in your lines. Check the code, or pick it from the list.
refusal-SHIFT_HAS_DEPENDENCIES = Shift { $shift } is still used, so it cannot be deleted. Give it a last day instead.
word-Weekday-MON = Mon
word-Weekday-TUE = Tue
word-Weekday-WED = Wed
word-Weekday-THU = Thu
word-Weekday-FRI = Fri
word-Weekday-SAT = Sat
word-Weekday-SUN = Sun

## Materials
list-materials = Materials
empty-materials = No materials here. The ERP brings them, or create or import your own.
entity-material = Material
command-material-create = Create material
command-material-update = Edit material
command-material-delete = Delete material
command-material-import = Import materials
event-MATERIAL_CHANGED = Material changed
refusal-MATERIAL_NOT_FOUND = There is no material { $material }. Check the code, or have it created or synchronised first.
refusal-MATERIAL_HAS_DEPENDENCIES = Material { $material } is still used by other records, so it cannot be deleted. Deactivate it instead.
refusal-ERP_OWNED_FIELD = { $field } of { $code } is maintained in { $source }. Change it there; it arrives with the next synchronisation.
word-MaterialLevel-M1 = M1, basic
word-MaterialLevel-M2 = M2, standard
word-MaterialLevel-M3 = M3, advanced
word-MaterialLevel-M4 = M4, comprehensive
word-ProcessLevel-P1 = P1, basic
word-ProcessLevel-P2 = P2, standard
word-ProcessLevel-P3 = P3, advanced
word-ProcessLevel-P4 = P4, comprehensive

## Work centers
list-work_centers = Work centers
empty-work_centers = No work centers yet. The ERP brings them, or create or import your own.
entity-work_center = Work center
command-work-center-create = Create work center
command-work-center-update = Edit work center
command-work-center-delete = Delete work center
command-work-center-import = Import work centers
refusal-WORK_CENTER_NOT_FOUND = There is no work center { $code }. Check the code, or pick it from the list.
refusal-WORK_CENTER_HAS_DEPENDENCIES = Work center { $code } is still used by other records, so it cannot be deleted. Take it out there first.

## Bills of material
list-bom_items = Bills of material
empty-bom_items = No lines here. The ERP brings bills of material, or add or import your own.
list-bom_where_used = Where a part is used
empty-bom_where_used = Nothing uses this part.
entity-bom_item = Line of a bill of material
command-bom-item-create = Add line
command-bom-item-update = Edit line
command-bom-item-delete = Remove line
command-bom-item-import = Import bills of material
refusal-BOM_ITEM_NOT_FOUND = There is no line { $item } in the bills of material. Check product, bill and line.
refusal-BOM_ITEM_INVALID = This line cannot be: { $problem }. Correct it and save again.

## Material lots
list-material_lots = Material lots
empty-material_lots = No lots here. Receive a lot, or clear the filters.
entity-material_lot = Material lot
command-material-lot-create = Receive lot
command-material-lot-update = Edit lot
event-MATERIAL_LOT_CHANGED = Material lot changed
setting-lot-unknownPolicy = Unknown material and lots
refusal-MATERIAL_LOT_INVALID_INPUT = Material and lot are both needed; { $field } is blank. Scan the label again, or type it.
refusal-MATERIAL_LOT_DUPLICATE = Lot { $lot } of { $material } is known already. Edit that lot, or check the label.
refusal-MATERIAL_LOT_NOT_FOUND = There is no lot { $lot } of { $material }. Check both, or receive the lot first.
refusal-MATERIAL_LOT_BLOCKED = Lot { $lot } of { $material } is blocked: { $reason }. Take another lot; whoever may edit lots can release it.
refusal-MATERIAL_LOT_EXPIRED = Lot { $lot } of { $material } has expired ({ $at }). Take another lot; quality decides about this one.
word-IqcResult-PENDING = Pending
word-IqcResult-PASS = Passed
word-IqcResult-FAIL = Failed
word-IqcResult-CONCESSION = Concession
word-LotStatus-ACTIVE = Active
word-LotStatus-BLOCKED = Blocked
word-LotStatus-EXHAUSTED = Used up
word-UnknownPolicy-CREATE = Accept
word-UnknownPolicy-WARN = Accept with a warning
word-UnknownPolicy-REJECT = Refuse
