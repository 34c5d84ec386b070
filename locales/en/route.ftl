### Routes, execution configuration and versions

## Routes
list-routes = Routes
empty-routes = No routes here. Create a route and give it steps, or clear the filters.
entity-route = Route
command-route-create = Create route
command-route-copy = Copy route
command-route-update = Edit route
command-route-set-steps = Edit steps
command-route-assign-group = Assign station group
command-route-set-fai-template = Choose first-article template
command-route-configure-step = Configure step
command-route-compile = Compile
command-route-retire-version = Retire version
event-ROUTE_CHANGED = Route changed
event-ROUTE_VERSION_COMPILED = Route version compiled
refusal-ROUTE_NOT_FOUND = { $route ->
    [none] No active route is made for product { $product }. A planner names a route on the order, or engineering makes one.
   *[other] There is no route { $route }. Check the code, or pick the route from the list.
 }
refusal-ROUTE_STEP_NOT_FOUND = Route { $route } has no step { $step }. Open the route and choose one of its steps.
refusal-ROUTE_CODE_DUPLICATE = There is a route { $route } already; upper and lower case count as the same. Choose another code.
refusal-ROUTE_ERP_READONLY = Route { $route } comes from ERP, so { $field } cannot change here. Change it in ERP and synchronize, or copy the route.
refusal-STEP_NO_DUPLICATE = Step { $step } is given twice. Give each step a number of its own.
refusal-FAI_TEMPLATE_NOT_FOUND = There is no first-article template { $template }. Check the code, or ask quality to publish the template.
refusal-FAI_TEMPLATE_PRODUCT_MISMATCH = Template { $template } is for product { $product }. Choose one of the route’s product, or ask quality for one.
word-RouteSource-MES = Takt
word-RouteSource-ERP = ERP
word-TrialScope-FIRST_STEP = First step only
word-TrialScope-THROUGH_STEP = Through the step with first-article inspection
word-TrialScope-ALL = All steps
word-UnitCreation-PRE_GENERATED = Before the run starts
word-UnitCreation-ON_FIRST_SCAN = When first scanned
word-RouteChange-CREATED = Created
word-RouteChange-HEADER = Head edited
word-RouteChange-STEPS = Steps edited
word-RouteChange-CONFIG = Configuration edited
word-RouteChange-SHARED_CONFIG = Inherited configuration edited
word-OperationMapping-AUTO_CREATE = Create the operation for review
word-OperationMapping-STRICT = Wait for a mapping
setting-route-autoCompile = Compile a route after its steps, head or configuration changed
setting-route-operationMapping = ERP process key without a mapping

## Execution configuration
list-execution_configs = Execution configuration
empty-execution_configs = Nothing is set for the plant or an operation yet. Set what all routes should inherit.
entity-execution_config = Execution configuration
command-route-configure = Configure route or step
command-route-reconfigure = Edit configuration
command-route-remove-config = Remove configuration
command-execution-config-create = Configure plant or operation
command-execution-config-update = Edit shared configuration
refusal-SCOPE_TYPE_INVALID = “{ $scope }” cannot be configured here. On a route choose ROUTE or STEP; for the plant choose GLOBAL or OPERATION.
refusal-STEP_NO_REQUIRED = Which step is meant? Give the number of the step.
refusal-EXECUTION_CONFIG_NOT_FOUND = There is no configuration { $config }. It may have been removed; load the page again.
refusal-EXECUTION_CONFIG_DUPLICATE = { $config } is configured already. Edit that configuration instead.
refusal-EXECUTION_CONFIG_SCOPE_MISMATCH = Configuration { $config } does not belong to route { $route }. Open it from its own route.
refusal-EXECUTION_CONFIG_FIELD_NOT_ALLOWED = { $field } cannot be set at level { $scope }. Data specs go to a step or operation; templates, checkpoints and last-piece inspection go to the route.
refusal-ALLOWED_STATION_INVALID = Station { $station } cannot be on the list: { $problem ->
    [ABSENT] there is no such station
    [INACTIVE] it is deactivated
    [TYPE] it is of another type
    [GROUP] it is not in the group
   *[other] { $problem }
}. Take it off the list, or have the station changed.
refusal-INGEST_MAPPING_INVALID = The mapping cannot be used: { $problem ->
    [EMPTY] { $field } is empty
    [TOO_LONG] { $field } is longer than 256 characters
    [TOO_DEEP] { $field } has more than 16 segments
    [SYNTAX] { $field } is no path
    [SHAPE] { $field } is unknown, missing or of the wrong kind
    [EITHER] { $field } excludes another field; give exactly one of the two
    [REQUIRED] { $field } is missing
    [EVENT_TYPE] { $field } is not the type of the step
   *[other] { $field }: { $problem }
}. Mend it and try it on a message.
mapping-problem = { $problem ->
    [EMPTY] { $field } is empty.
    [TOO_LONG] { $field } is longer than 256 characters.
    [TOO_DEEP] { $field } has more than 16 segments.
    [SYNTAX] { $field } is no path.
    [SHAPE] { $field } is unknown, missing or of the wrong kind.
    [EITHER] { $field } excludes another field; give exactly one of the two.
    [REQUIRED] { $field } is missing.
    [EVENT_TYPE] { $field } is not the type of the step.
    [MISSING] { $field } found nothing in the message.
    [RESULT_UNKNOWN] { $field } is a word that no list names.
    [TIME] { $field } is no RFC 3339 time.
    [DIGITS] { $field } is a number too long to keep its digits; the machine must send it as text.
   *[other] { $field }: { $problem }
}
word-ScopeType-GLOBAL = Plant
word-ScopeType-ROUTE = Route
word-ScopeType-OPERATION = Operation
word-ScopeType-STEP = Step
word-Origin-STEP = Step
word-Origin-OPERATION = Operation
word-Origin-ROUTE = Route
word-Origin-HINT = Step hint
word-Origin-GLOBAL = Plant
word-Origin-DEFAULT = Type of the operation
word-Origin-NONE = Not set
word-PanelMode-PANEL = Whole panels
word-PanelMode-UNIT = Single boards
word-PanelMode-EITHER = Either
word-BoardSide-TOP = Top
word-BoardSide-BOTTOM = Bottom
word-RetestMode-ANY_PASS = One pass is enough
word-RetestMode-TWO_OF_THREE = Two of three
word-EventType-AUTO = Automatic station
word-EventType-BATCH = Batch station
word-EventType-TEST = Test station
word-Phase-COMPLETE = Whole step
word-Phase-IN = In
word-Phase-OUT = Out
word-BatchPolicy-ALL_OR_NOTHING = All or none
word-BatchPolicy-PARTIAL = The good ones
word-UnknownResult-REJECT = Reject the message
word-UnknownResult-FAIL = Count as fail
word-EventResult-PASS = Pass
word-EventResult-FAIL = Fail

## Versions
list-route_versions = Route versions
list-route-versions = Versions
empty-route_versions = No versions yet. Compile a route to get its first version.
empty-route-versions = No versions yet. Compile the route to get the first one.
refusal-ROUTING_EMPTY = Route { $route } has no steps. Give it steps, then compile.
refusal-ROUTE_VERSION_NOT_FOUND = Route { $route } has no version { $version }. Choose one of its versions.
refusal-ROUTE_VERSION_NOT_READY = Route { $route } has no version { $version } that is ready. Mend what its last compile found, compile again, or choose a ready version; a process engineer can.
word-VersionStatus-READY = Ready
word-VersionStatus-INVALID = Invalid
word-VersionStatus-RETIRED = Retired
compile-STATION_TYPE_MISSING = No level says how this step is worked. Choose a station type for the step, its operation or the route.
compile-STATION_CONSTRAINT_MISSING = Nothing says where this step is worked. Name a station group or the allowed stations.
compile-ALLOWED_STATION_INVALID = Allowed station { $station } does not fit: { $problem ->
    [ABSENT] there is no such station
    [INACTIVE] it is deactivated
    [TYPE] it is of another type than the step
    [GROUP] it is not in the group of the step
   *[other] { $problem }
}. Take it off the list, or have the station changed.
compile-STATION_NONE_ELIGIBLE = No active station of type { $type } fits the group and the list of this step. Add a station, activate one, or widen the step.
compile-INGEST_MAPPING_MISSING = A step of type { $type } needs an ingest mapping. Set one for the step, its operation or the route.
compile-INGEST_MAPPING_INVALID = The ingest mapping cannot be used: { $problem ->
    [EMPTY] { $key } is empty
    [TOO_LONG] { $key } is longer than 256 characters
    [TOO_DEEP] { $key } has more than 16 segments
    [SYNTAX] { $key } is no path
    [SHAPE] { $key } is unknown, missing or of the wrong kind
    [EITHER] { $key } excludes another field; give exactly one of the two
    [REQUIRED] { $key } is missing
    [EVENT_TYPE] { $key } is not the type of the step
   *[other] { $key }: { $problem }
}.
compile-DATA_SPEC_NOT_FOUND = Bound data spec { $spec } does not exist. Take it off the step, or create it.
compile-DATA_SPEC_INACTIVE = Bound data spec { $spec } is deactivated. Take it off the step, or activate it.
compile-DATA_SPEC_OPERATION_MISMATCH = Data spec { $spec } is not of operation { $operation }. Bind a spec of the step’s operation.
compile-DATA_SPEC_TRIGGER_MISMATCH = Required data spec { $spec } is collected as { $trigger }, which does not fit the step: batch steps need EACH_CARRIER, others must not have it.
compile-DATA_SPEC_METHOD_MISMATCH = Required data spec { $spec } is entered by hand, but a step of type { $type } is told by its machine. Let the machine give it, or make it optional.
compile-DATA_SPEC_MAP_UNKNOWN = The mapping names data spec { $spec }, which is not bound to the step. Bind it, or mend the mapping.
compile-REFLOW_PROFILE_INVALID = Reflow profile { $profile } does not exist or is archived. Choose another, or have it created.
compile-MAPPING_MISSING = ERP process { $key } is mapped to no operation. Map it, then compile again.
compile-FAI_TEMPLATE_MISSING = The step asks for a first article, but the route has no template for it. Choose one.
