### Trace

## The story of a unit
story-in = { $step }: in at { $station }
story-passed = { $step }: passed at { $station }
story-failed = { $step }: failed at { $station }
story-voided = { $step }: track-in at { $station } undone
story-defect = { $step }: defect { $defect } at { $station }
story-held = Held: { $kind }
story-released = Hold ended: { $kind }

## Lists
list-trace_tracks = Tracks of the unit
empty-trace_tracks = The unit was in no station yet. Its tracks appear here once it is scanned in.
list-trace_data_values = Values of the unit
empty-trace_data_values = Nothing was measured on this unit yet.
list-trace_defects = Defects of the unit
empty-trace_defects = No station found anything wrong with this unit.
list-trace_holds = Holds of the unit
empty-trace_holds = This unit was never on hold.
list-trace_history = What was done to the unit
empty-trace_history = Nobody has done anything to this unit yet.

## Fields
field-by = By
field-operation = Operation
field-inAt = In
field-outAt = Out
field-voided = Undone
field-limits = Limits
field-superseded = Corrected
field-location = Designator
field-remark = Remark
field-sourceNo = Cause
field-releasedAt = Ended
field-releasedBy = Ended by
field-releaseReason = Why it ended

## Words
word-TraceMode-run = As built
word-TraceMode-latest = Newest version
