### Permission points, grouped by domain

permit-wo-read = Read orders and route candidates
permit-wo-receive = Receive orders: enter, import, or take them from the ERP
permit-wo-release = Release and unrelease orders, dispatch them to lines
permit-wo-update = Change an order’s route and pick status, settle ERP conflicts
permit-wo-close = Close or cancel orders

permit-run-read = Read runs, their gates and inspection results in brief
permit-run-create = Create and plan runs
permit-run-authorize = Authorize runs for production
permit-run-revoke = Revoke a run’s authorization
permit-run-close = Close runs
permit-run-hold = Hold and resume runs
permit-run-cancel = Cancel runs

permit-unit-create = Generate, import and delete units and panels
permit-unit-hold = Hold and release units

permit-exec-read = See the station, its queue and the unit at hand
permit-exec-track-in = Track units in
permit-exec-track-out = Track units out, enter test results, mark X-outs, break panels
permit-exec-data-collect = Enter process values by hand between tracks
permit-exec-correct = Correct mistakes: cancel a track-in, replace a value, relabel a unit

permit-carrier-operate = Load, unload, block and track carriers

permit-data-spec-read = Read data collection specs
permit-data-spec-config = Edit data collection specs

permit-operation-read = Read operations and their mappings
permit-operation-config = Edit, map and merge operations

permit-route-read = Read routes, their versions and execution settings
permit-route-configure = Set up execution, first-article templates and panel types; confirm FAI as engineer
permit-route-compile = Compile and retire route versions
permit-route-create = Create and copy routes, edit their steps

permit-line-config = Set up lines, shifts and terminals

permit-station-read = See lines, stations and station groups
permit-station-config = Edit stations and station groups

permit-config-view = See policies and the values in effect
permit-config-manage = Draft and submit policies; define resource types and record kinds
permit-config-approve = Approve, archive and roll back policies
permit-config-emergency = Put a policy into effect at once for 24 hours

permit-material-read = Read materials, BOMs, lots and work centers
permit-material-config = Edit local master data and map work centers

permit-material-lot-edit = Create, block and release material lots

permit-quality-read = Read inspections, defects, rework tasks and tests in full
permit-quality-template = Edit inspection templates, checkpoints, defect codes and sampling rules
permit-quality-fai = Carry out first-article inspections (FAI)
permit-quality-ipqc = Carry out in-process inspections (IPQC), containment and daily QC records
permit-quality-fqc = Carry out final inspections (FQC)
permit-quality-oqc = Carry out outgoing inspections (OQC) and rechecks
permit-quality-sign = Sign inspections and MRB decisions
permit-quality-disposition = Decide on defects, review false calls, contain, scrap panels
permit-quality-mrb = Make MRB decisions on runs
permit-quality-waive-fai = Waive the first-article inspection in an MRB decision
permit-quality-defect-report = Report defects
permit-quality-repair = Record repairs
permit-quality-retest-override = Allow rework and retest beyond the limit

permit-test-program-config = Edit and activate test programs

permit-exception-view = See production exceptions
permit-exception-raise = Raise exceptions, add actions and files
permit-exception-confirm = Confirm, reopen and cancel exceptions

permit-readiness-view = See readiness checks, the preparation board, waivers and time rules
permit-readiness-check = Run readiness checks; enter data by hand while a system is down
permit-readiness-confirm = Confirm readiness items and whether they apply
permit-readiness-override = Waive readiness items and time rules, approve and revoke waivers
permit-readiness-config = Set a line’s readiness items and time rules

permit-resource-view = See resources, where they are in use, and reflow profiles
permit-resource-operate = Record resource events, bind and unbind resources
permit-resource-manage = Create, edit and retire resources and reflow profiles
permit-resource-adjust = Adjust a resource’s usage totals, with a reason

permit-record-view = See and print process records
permit-record-create = Start and complete process records
permit-record-confirm = Sign off process records
permit-record-void = Void process records
permit-record-backfill = Enter process records late, with a reason

permit-maintenance-view = See maintenance records
permit-maintenance-report = Report equipment that needs maintenance
permit-maintenance-work = Start, pause, complete and cancel maintenance
permit-maintenance-verify = Verify completed maintenance

permit-loading-view = See loading, feeder slots and setup sheets
permit-loading-verify = Load, verify, replace, splice and unload material
permit-loading-config = Edit feeder slots and setup sheets
permit-loading-unlock = Unlock feeder slots
permit-loading-review = Review loaded material

permit-trace-read = Trace units and materials, look up where used, check compliance
permit-trace-export = Export traceability data

permit-dashboard-view = See dashboards

permit-andon-raise = Raise an andon call
permit-andon-handle = Acknowledge and resolve andon calls

permit-print-label = Print and reprint labels

permit-integration-read = See integration status, raw messages and mapping gaps
permit-integration-operate = Sync, replay, retry, discard and pause; manage webhooks and failed events

permit-ingest-write = Send machine events, inspection results and device data

permit-degraded-declare = Declare and end degraded mode, resolve conflicts

permit-audit-read = Read everyone’s audit trail and its archives
permit-audit-export = Export the audit trail

permit-system-user-manage = Manage users, badges and sessions
permit-system-role-manage = Manage roles and the permission matrix
permit-system-config = Change system settings, notification rules and channels
permit-system-integration = Full integration access: read, operate and send machine data
permit-system-demo-seed = Load the demo data
permit-system-token-manage = Manage API tokens and terminals
permit-system-backup = Back up, rehearse restores, watch background jobs

## Preset roles

role-admin = Administrator
role-planner = Planner
role-engineer = Process engineer
role-quality = Quality engineer
role-inspector = Inspector
role-repair = Repair technician
role-material = Material handler
role-operator = Operator
role-leader = Line leader
role-manager = Factory manager
role-trace = Traceability analyst
role-machine = Machine

## How far a role reaches

