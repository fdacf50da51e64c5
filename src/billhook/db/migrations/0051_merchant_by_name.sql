-- Which merchant a gateway means by its own name of it: of one set-up, or of any where the operator's keys serve many. Only an
-- id leaves this function.
create index merchant_remote on processing.merchant (remote_id) where remote_id is not null;
create function processing.merchant_named(remote text, platform uuid) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select m.id from processing.merchant m where m.remote_id = remote and (platform is null or m.platform_id = platform)
$$;
grant execute on function processing.merchant_named to billhook_app;
