### Fields and columns, shared by all slices; sorted, one a line

field-capacity = Capacity
field-code = Code
field-equipmentCode = Equipment
field-equipmentRequired = Equipment must be ready
field-groupCode = Station group
field-isActive = Active
field-lineCode = Line
field-meta = Further facts
field-name = Name
field-processType = Process
field-q = Begins with
field-stationCode = Station
field-stationCount = Stations
field-stationType = Type
field-timezone = Time zone
