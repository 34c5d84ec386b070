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

## Operations
refusal-OPERATION_NOT_FOUND = There is no operation { $operation }. Check the code, or ask a process engineer to create it.
word-OperationSource-ERP = ERP
word-OperationSource-MES = Takt
word-OperationSource-SEED = Shipped
