### Work orders and runs

refusal-RUN_NOT_FOUND = There is no run { $run } in your lines. Check the number, or look it up in the list of runs.
refusal-RUN_ON_HOLD = Run { $run } is on hold, so nothing starts on it. The holds on its page say who can end them.
refusal-RUN_CLOSED = Run { $run } is finished. Take a board of another run, or ask the planner for a new run.
refusal-RUN_NOT_AUTHORIZED = Run { $run } is not authorized yet. A planner authorizes it on its page.
event-RUN_STARTED = Run started
