-- What a unit of a base currency was worth in others, day by day, as somebody has published it. The base itself is there
-- with a rate of 1, so that any two currencies of one day and source make a rate between them.
create schema exchange;
grant usage on schema exchange to billhook_app;
create table exchange.rate (
  currency    text        not null check (currency ~ '^[A-Z]{3}$'),
  day         date        not null,
  source      text        not null,
  rate        numeric     not null check (rate > 0),
  imported_at timestamptz not null,
  primary key (currency, day, source)
);
grant select, insert, update on exchange.rate to billhook_app;

-- The newest rates of two currencies that are not after a day, both of one day and one source: some, as which day it is
-- somewhere is for others to say. Older than a year is no rate any more: who publishes has given the currency up.
create function exchange.pairs(one text, other text, at date)
returns table (day date, source text, one_rate numeric, other_rate numeric)
language sql stable set search_path = pg_catalog as $$
  select a.day, a.source, a.rate, b.rate
    from exchange.rate a join exchange.rate b on b.currency = other and b.day = a.day and b.source = a.source
   where a.currency = one and a.day <= at and a.day > at - 366
   order by a.day desc, a.source limit 6
$$;
grant execute on function exchange.pairs to billhook_app;

-- At what rate a document in another currency was converted into the organization's, from where, and what it comes to
-- there. It is frozen with the rest once the document is issued.
alter table documents.document
  add column conversion jsonb,
  add column total_converted bigint generated always as ((conversion ->> 'total')::bigint) stored,
  add column total_with_tax_converted bigint generated always as ((conversion ->> 'total_with_tax')::bigint) stored;

create function documents.refuse_conversion() returns trigger language plpgsql as $$
begin
  raise exception 'an issued document is not converted anew' using errcode = 'BH001';
end $$;
create trigger conversion_immutable before update of conversion on documents.document
  for each row when (not old.draft and old.conversion is distinct from new.conversion)
  execute function documents.refuse_conversion();
