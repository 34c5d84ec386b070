### Work orders and runs

## Work orders
list-work_orders = Work orders
empty-work_orders = No work orders. They come from the ERP, or a planner adds one here.
entity-work_order = Work order
command-work-order-receive = Add work order
command-work-order-receive-batch = Add work orders
command-work-order-release = Release order
command-work-order-unrelease = Take back release
command-work-order-dispatch = Send to another line
command-work-order-change-route = Change route
command-work-order-pick-status = Set pick status
command-work-order-close = Close order
command-work-order-cancel = Cancel order
event-WORK_ORDER_RECEIVED = Order received
event-WORK_ORDER_UPDATED = Order changed
event-WORK_ORDER_RELEASED = Order released
event-WORK_ORDER_UNRELEASED = Release taken back
event-WORK_ORDER_DISPATCHED = Order sent to another line
event-WORK_ORDER_CANCELLED = Order cancelled
event-WORK_ORDER_CLOSED = Order closed
event-WORK_ORDER_CONFLICT = Change by the ERP refused
refusal-WORK_ORDER_NOT_FOUND = There is no work order { $wo } in your lines. Check the number, or look it up in the list of orders.
refusal-WORK_ORDER_NOT_RECEIVED = Order { $wo } is released already or over. Only a received order is released; send it to another line instead.
refusal-WORK_ORDER_NOT_RELEASED = Order { $wo } is not released. A planner releases it to a line first.
refusal-WORK_ORDER_COMPLETED = Order { $wo } is over, so it does not change any more. Ask for a new order.
refusal-WORK_ORDER_HAS_RUNS = Order { $wo } has runs ({ $runs }), so this is not possible. A planner cancels or finishes them first.
refusal-WORK_ORDER_HAS_NO_RUNS = Nothing was built of order { $wo }. Cancel the order instead of closing it.
refusal-WORK_ORDER_RUNS_NOT_TERMINAL = Order { $wo } still has open runs: { $runs }. Close or cancel them first; planner and line leader can.
refusal-WORK_ORDER_SHORT_QTY = Order { $wo } has { $good } good of { $planned } planned, { $missing } missing. Build the rest, or accept fewer and say why.
refusal-WORK_ORDER_PRODUCT_LOCKED = Order { $wo } builds { $ours } and has runs, so it cannot become { $theirs }. Cancel its runs first, or ask for a new order.
refusal-WORK_ORDER_QTY_BELOW_ALLOCATED = Runs of order { $wo } plan { $allocated ->
    [one] 1 board already
   *[other] { $allocated } boards already
}, more than { $theirs }. A planner cancels runs first, or the quantity stays.
refusal-WORK_ORDER_ERP_CLOSED = The ERP has closed order { $wo }, so no more runs start. Ask planning to open it again in the ERP.
refusal-WORK_ORDER_MATERIAL_NOT_READY = The material of order { $wo } is not fully picked. Ask the store to pick the rest first.
refusal-WORK_ORDER_DISPATCH_LINE_MISMATCH = Order { $wo } was sent to line { $wanted }, not to { $line }. Take that line, or let a planner send the order here.
refusal-ERP_WORK_ORDER_NOT_EDITABLE = The ERP keeps the pick status of order { $wo }. Change it in the ERP; it arrives here by itself.

## Routes of orders
refusal-ROUTE_AMBIGUOUS = Several routes fit product { $product }: { $candidates }. A planner names one on the order, or an engineer gives them dates.
refusal-ROUTE_NOT_EFFECTIVE = Route { $route } is inactive or outside its dates. Name another route, or ask engineering to activate it.
refusal-ROUTE_PRODUCT_MISMATCH = Route { $route } is made for { $product }, not for { $wanted }. Name another route, or set it as the order’s route and confirm that it is meant.
refusal-ROUTE_NOT_READY = Route { $route } has no version that is ready. Engineering mends and compiles it, then release the order.
refusal-LINE_ROUTING_PROCESS_MISMATCH = Line { $line } does { $process }, but route { $route } needs { $wanted }. Choose a line of that process.
refusal-RUN_LINE_INCOMPATIBLE_WITH_ROUTE = Line { $line } has no station for these steps of route { $route }: { $steps }. Choose another line, or ask engineering to add stations.

## Runs
list-runs = Runs
empty-runs = No runs. Create one on a released work order.
list-rework_runs = Rework runs
empty-rework_runs = This run has no rework runs. One is created when quality decides on rework.
entity-run = Run
entity-handover = Hand-over
command-run-create = Create run
command-run-authorize = Authorize or revoke
command-run-plan = Re-plan run
command-run-hold = Hold run
command-run-resume = Resume run
command-run-close = Close run
command-run-cancel = Cancel run
event-RUN_CREATED = Run created
event-RUN_PLANNED = Run re-planned
event-RUN_AUTHORIZED = Run authorized
event-RUN_REVOKED = Authorization revoked
event-RUN_STARTED = Run started
event-RUN_HELD = Run put on hold
event-RUN_HOLD_ENDED = Hold of the run ended
event-RUN_FINISHED = Run finished
event-RUN_CANCELLED = Run cancelled
refusal-RUN_NOT_FOUND = There is no run { $run } in your lines. Check the number, or look it up in the list of runs.
refusal-RUN_ON_HOLD = Run { $run } is on hold, so nothing starts on it. The holds on its page say who can end them.
refusal-RUN_CLOSED = Run { $run } is finished. Take a board of another run, or ask the planner for a new run.
refusal-RUN_NOT_AUTHORIZED = Run { $run } is not authorized yet. A planner authorizes it on its page.
refusal-RUN_NO_DUPLICATE = There is a run { $run } already. Choose another number, or leave it empty.
refusal-RUN_NO_TOO_LONG = The number of the next run would be longer than { $max ->
    [one] 1 character
   *[other] { $max } characters
}. Give a shorter number, or ask the administrator to shorten the template.
refusal-RUN_QTY_EXCEEDS_WORK_ORDER = The runs of order { $wo } may plan { $limit ->
    [one] 1 board
   *[other] { $limit } boards
} together; planned so far: { $allocated }. Plan { $remaining } at most.
refusal-RUN_NOT_READY = Run { $run } is not in preparation, so it cannot be authorized. Look at its page for what it needs.
refusal-RUN_ALREADY_STARTED = Run { $run } has started, so its authorization stays. Put the run on hold instead.
refusal-RUN_IN_TERMINAL_STATUS = Run { $run } is finished, so it does not change any more. Ask the planner for a new run.
refusal-INVALID_RUN_STATUS = Run { $run } is not in a state for this. Its page shows the next step and who can take it.
refusal-RUN_NOT_ON_HOLD = Run { $run } is not on hold, so there is nothing to resume.
refusal-RUN_HOLD_REQUIRES_MRB = Quality holds run { $run } after inspection { $source }. It ends with an MRB decision; quality and manager can make it.
refusal-RUN_HOLD_REQUIRES_IPQC = Inspection { $ipqcNo } holds run { $run }. A quality inspector resumes it there.
refusal-RUN_NOT_CLOSABLE = Run { $run } cannot be closed yet. It closes once it has run, is not on hold and all its boards are finished.
refusal-RUN_HAS_NO_UNITS = Run { $run } has no units, so there is nothing to close. Generate units, or cancel the run.
refusal-RUN_UNITS_NOT_TERMINAL = { $count ->
    [one] 1 board of run { $run } is not finished
   *[other] { $count } boards of run { $run } are not finished
}: { $queued } waiting, { $inside } in a station, { $failed } failed, { $held } on hold. Finish all at the stations, or let quality decide.
refusal-RUN_SHORT_OF_PLAN = Run { $run } has { $finished } finished of { $plan } planned, { $missing } missing. Build the rest, or accept fewer and say why.
refusal-RUN_HAS_TRACKS = { $count ->
    [one] 1 board of run { $run } was
   *[other] { $count } boards of run { $run } were
} in a station, so the run cannot be cancelled. Finish and close it.

## Words
word-OrderStatus-RECEIVED = Received
word-OrderStatus-RELEASED = Released
word-OrderStatus-IN_PROGRESS = In progress
word-OrderStatus-COMPLETED = Completed
word-OrderStatus-CANCELLED = Cancelled
word-RouteMode-GIVEN = Named for this run
word-RouteMode-OVERRIDE = Planner
word-RouteMode-ORDER = Order
word-RouteMode-MES_PRODUCT = Product
word-RouteMode-ERP_PRODUCT = Product, ERP route
word-RouteMode-AMBIGUOUS = Several fit
word-RouteMode-MISSING = No route
word-PickStatus-1 = Not picked
word-PickStatus-2 = Partly picked
word-PickStatus-3 = Picked
word-PickStatus-4 = Over-picked
word-PickPolicy-OFF = Not looked at
word-PickPolicy-WARN = Warn
word-PickPolicy-BLOCK = Refuse
word-ErpState-RECEIVED = Received
word-ErpState-RELEASED = Released
word-ErpState-IN_PROGRESS = In progress
word-ErpState-COMPLETED = Completed
word-ErpState-VOID = Void
word-RowOutcome-CREATED = Added
word-RowOutcome-UPDATED = Updated
word-RowOutcome-STALE = Older than known
word-RowOutcome-REFUSED = Refused
word-RunStatus-PREP = In preparation
word-RunStatus-AUTHORIZED = Authorized
word-RunStatus-IN_PROGRESS = Running
word-RunStatus-ON_HOLD = On hold
word-RunStatus-COMPLETED = Completed
word-RunStatus-CLOSED_REWORK = Closed, rework
word-RunStatus-SCRAPPED = Scrapped
word-RunStatus-CANCELLED = Cancelled
word-RunStage-authorize = To authorize
word-RunStage-execute = In execution
word-RunStage-close = To close
word-AuthorizeAction-AUTHORIZE = Authorize
word-AuthorizeAction-REVOKE = Revoke
word-HoldKind-OQC = Outgoing inspection
word-HoldKind-FQC = Final inspection
word-HoldKind-IPQC = Patrol inspection
word-HoldKind-MANUAL = By hand
word-HoldKind-ALARM = Alarm
word-StepStatus-DONE = Done
word-StepStatus-CURRENT = Now
word-StepStatus-BLOCKED = Blocked
word-StepStatus-WAITING = Waiting
word-StepStatus-SKIPPED = Skipped
word-StepStatus-FAILED = Failed

## Settings
setting-wo-pickPolicy = What happens when the material of an order is not fully picked
setting-wo-trustErpRelease = An order released in the ERP is released here too, if its route is ready
setting-erp-statusMap = What each word of the ERP for an order’s state means
setting-run-overPlanPct = Percent by which the runs of an order may exceed its quantity
setting-run-numberTemplate = How runs are numbered: {"{"}woNo{"}"} is the order, {"{"}seq:03{"}"} counts its runs
setting-run-autoClose = Close a run by itself when its last gate is met
setting-run-unitCreation = When units come into being, unless route or run say otherwise

## Next actions of an order
step-release = Release
step-runs = Runs
step-build = Build
next-order-cancelled = The order was cancelled.
next-order-release = Choose a line and release the order.
next-order-release-blocked = The order cannot be released yet.
next-order-released = Released to line { $line }.
next-order-runs = { $remaining ->
    [one] 1 board is
   *[other] { $remaining } boards are
} not in a run yet. Create a run.
next-order-runs-blocked = { $remaining ->
    [one] 1 board is
   *[other] { $remaining } boards are
} not in a run yet, and no run can be created now.
next-order-runs-all = All boards are in runs.
next-order-runs-wait = Runs follow once the order is released.
next-order-build = { $good } good of { $planned }; { $open ->
    [one] 1 run
   *[other] { $open } runs
} open, { $scrap } scrapped.
next-order-close = { $good } good of { $planned }. Close the order.
next-order-close-blocked = { $good } good of { $planned }. The order cannot be closed as it is.
next-order-close-wait = Closes once all runs are finished.
next-order-closed = Closed with { $good } good of { $planned }.

## Next actions of a run
next-run-not-configured = Not configured.
next-run-cancelled = The run was cancelled.
next-run-authorize = Everything is ready. Authorize the run.
next-run-authorize-blocked = { $count ->
    [one] 1 gate is
   *[other] { $count } gates are
} not passed yet.
next-run-authorized = Authorized by { $by }.
next-run-authorized-before = Authorized.
next-run-execute-wait = Starts once the run is authorized.
next-run-no-units = No units yet. Generate units, or let the first scan create them.
next-run-executing = { $done } of { $plan } done.
next-run-executing-failed = { $done } of { $plan } done; { $failed ->
    [one] 1 failed board waits
   *[other] { $failed } failed boards wait
} for quality.
next-run-held = On hold. Resume it, or deal with what holds it.
next-run-executed = All boards are finished: { $done } good, { $scrap } scrapped.
next-run-close-wait = Closes at the end.
next-run-close-units = { $open ->
    [one] 1 board is
   *[other] { $open } boards are
} not finished: { $queued } waiting, { $failed } failed, { $held } on hold.
next-run-close = { $good } good, { $scrap } scrapped of { $plan }. Close the run.
next-run-close-blocked = { $good } good, { $scrap } scrapped of { $plan }. The run cannot be closed as it is.
next-run-closed = Closed with { $good } good of { $plan }, { $scrap } scrapped.
