### Fields and columns, shared by all slices; sorted, one a line

field-capacity = 容量
field-code = 代码
field-equipmentCode = 设备编码
field-equipmentRequired = 需要设备就绪
field-groupCode = 工位组
field-isActive = 启用
field-lineCode = 产线
field-meta = 其他信息
field-name = 名称
field-processType = 工艺类型
field-q = 开头为
field-stationCode = 工位
field-stationCount = 工位数
field-stationType = 工位类型
field-timezone = 时区
