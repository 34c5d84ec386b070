# Titles of pages, sentences of homes, search.
page-login = Sign in
page-enrol = Choose a password
page-password = Change password
password-intro = Somebody else made this password up for you. Choose one of your own first: at least twelve characters, and not a common one.
enrol-intro = At least twelve characters, and not a common one. The link works once.
page-error = Not available
page-form = Form
page-search = Search
page-work_orders = Work orders
page-work_order = Work order
page-runs = Runs
page-run = Run
page-execution = Station
page-trace = Trace
page-unit_history = Unit history
page-unit = Unit
page-routes = Routes
page-route = Route
page-route_version = Route version
page-route_versions = Route versions
page-data_specs = Data specs
page-data_spec = Data spec
page-operations = Operations
page-operation = Operation
page-operation_mappings = Operation mappings
page-execution_configs = Execution config
page-lines = Lines
page-line = Line
page-stations = Stations
page-station = Station
page-station_groups = Station groups
page-shifts = Shifts
page-materials = Materials
page-material = Material
page-bom_items = Bills of material
page-material_lots = Material lots
page-work_centers = Work centers
page-users = Users
page-user = User
page-roles = Roles
page-role = Role
page-who_can = Who can do what
page-api_tokens = API tokens
page-settings = Settings
page-config_changes = History of the setting
page-audit_logs = Audit log
page-audit_chain = Chain of the audit trail
page-audit_row = Audit entry
page-api = API
page-profile = Profile
page-planning = Planning
page-engineering = Engineering
page-quality = Quality
page-line_home = Line
page-rework = Repair
page-loading = Material
page-factory = Factory
page-system = System

figure-to-release = Orders to release
figure-orders-open = Open orders
figure-late = Late orders
figure-to-authorize = Runs to authorize
figure-ready = Runs ready to begin
figure-running = Runs under way
figure-held = Runs on hold
figure-plan = Boards planned
figure-done = Boards done
figure-scrap = Boards scrapped
figure-failed = Boards failed
figure-boards-held = Boards on hold

search-found = Matches for “{ $q }”
search-empty = Nothing found in your scope. Check the text, or scan the barcode again.

home-order-release = { $productCode }: received, not released. Choose a line and release it.
home-run-authorize = In preparation. Check its gates and authorize it.
home-run-held = On hold. See who can end the hold.
home-run-running = { $doneQty } of { $planQty } done on { $lineCode }, { $leftQty } to go.{ $failedQty ->
    [0] {""}
   *[other] {" "}{ $failedQty } failed.
}{ $heldQty ->
    [0] {""}
   *[other] {" "}{ $heldQty } on hold.
}
home-run-begin = Authorized on { $lineCode }: { $planQty } × { $productCode } may begin.
home-run-close = { $doneQty } of { $planQty } done, nothing left to build. Close it.
home-run-stuck = Boards wait for a decision on { $lineCode }: { $failedQty } failed, { $heldQty } on hold.
home-route-compile = Changed since its last version. Compile it.
home-operation-review = Created automatically. Review its name and type.
home-audit-fail = { $actor } was refused: { $errorCode }.
