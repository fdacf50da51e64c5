-- A session keeps the plan of a statement in a function. Made while there were few marks, it read all of them for each change;
-- so it did still when there were many, until the table was analyzed. Each gathering plans anew, which costs it nothing.
alter function documents.gather_tally(int, uuid) set plan_cache_mode = force_custom_plan;
alter function documents.tally_anew(int, uuid) set plan_cache_mode = force_custom_plan;
