-- As 0070 says of documents: a plan that was made while there were few marks reads all of them when there are many.
alter function payments.gather_tally(int, uuid) set plan_cache_mode = force_custom_plan;
alter function payments.tally_anew(int, uuid) set plan_cache_mode = force_custom_plan;
