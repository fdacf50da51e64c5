-- A session keeps the plan of a statement in a function, made when its tables were small and for no value in particular (as
-- 0070 says of gathering). What runs now and then plans anew: that costs it nothing. What runs for each row cannot afford to; it
-- looks up one row by an index, and is kept from looking through all of them.
alter function catalog.found set plan_cache_mode = force_custom_plan;
alter function clients.found set plan_cache_mode = force_custom_plan;
alter function delivery.take_reminders set plan_cache_mode = force_custom_plan;
alter function documents.split_tally set plan_cache_mode = force_custom_plan;
alter function documents.take_overdue set plan_cache_mode = force_custom_plan;
alter function documents.tallies_due set plan_cache_mode = force_custom_plan;
alter function events.latest set plan_cache_mode = force_custom_plan;
alter function payments.split_tally set plan_cache_mode = force_custom_plan;
alter function payments.tallies_due set plan_cache_mode = force_custom_plan;
alter function processing.due set plan_cache_mode = force_custom_plan;
alter function recurring.take_due set plan_cache_mode = force_custom_plan;
alter function usage.months set plan_cache_mode = force_custom_plan;
alter function webhooks.end_turn set plan_cache_mode = force_custom_plan;
alter function webhooks.fan_out set plan_cache_mode = force_custom_plan;
alter function webhooks.forget set plan_cache_mode = force_custom_plan;
alter function webhooks.look_for_missed set plan_cache_mode = force_custom_plan;
alter function webhooks.take_turns set plan_cache_mode = force_custom_plan;

alter function documents.refuse_change set enable_seqscan = off;
alter function payments.advance set enable_seqscan = off;
alter function payments.link set enable_seqscan = off;
alter function payments.link set enable_bitmapscan = off;
alter function payments.link set enable_sort = off;
