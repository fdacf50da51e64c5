-- The whole schema, as the migrations leave it. For reading only: migrations/ is what is applied, and
-- tools/build_schema.py writes this file from it. Why things are as they are is said in the migrations.

CREATE SCHEMA accounts;

CREATE SCHEMA attachments;

CREATE SCHEMA catalog;

CREATE SCHEMA categories;

CREATE SCHEMA clients;

CREATE SCHEMA credentials;

CREATE SCHEMA delivery;

CREATE SCHEMA documents;

CREATE SCHEMA events;

CREATE SCHEMA exchange;

CREATE SCHEMA files;

CREATE SCHEMA idempotency;

CREATE SCHEMA jobs;

CREATE SCHEMA organizations;

CREATE SCHEMA payments;

CREATE SCHEMA processing;

CREATE SCHEMA recurring;

CREATE SCHEMA sandbox;

CREATE SCHEMA transfer;

CREATE SCHEMA unbilled;

CREATE SCHEMA units;

CREATE SCHEMA usage;

CREATE SCHEMA webhooks;

CREATE FUNCTION attachments.owner_of(attachment uuid, attachment_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select a.organization_id from attachments.attachment a where a.shard = attachment_shard and a.id = attachment
$$;

CREATE FUNCTION catalog.found(term text, tenant_shard integer, sort text, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with found as materialized (
    select i.id from catalog.item i
     where i.shard = tenant_shard and i.organization_id = public.tenant() and i.deleted_at is null
       and i.search @@ public.search_query(tenant_shard, term)
       and (sort is null or i.type is null or i.type in (sort, 'both')))
  select id from found limit most
$$;

CREATE FUNCTION catalog.owner_of_item(item uuid, item_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select i.organization_id from catalog.item i where i.shard = item_shard and i.id = item
$$;

CREATE FUNCTION catalog.owner_of_tax(tax uuid, tax_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select t.organization_id from catalog.tax t where t.shard = tax_shard and t.id = tax
$$;

CREATE FUNCTION categories.owner_of(category uuid, category_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select c.organization_id from categories.category c where c.shard = category_shard and c.id = category
$$;

CREATE FUNCTION categories.owner_of_share(share uuid, share_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select s.organization_id from categories.share s where s.shard = share_shard and s.id = share
$$;

CREATE FUNCTION clients.found(term text, tenant_shard integer, sort text, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with found as materialized (
    select c.id from clients.client c
     where c.shard = tenant_shard and c.organization_id = public.tenant() and c.deleted_at is null
       and c.search @@ public.search_query(tenant_shard, term)
       and (sort is null or c.type is null or c.type in (sort, 'both')))
  select id from found limit most
$$;

CREATE FUNCTION clients.owner_of(client uuid, client_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select c.organization_id from clients.client c where c.shard = client_shard and c.id = client
$$;

CREATE FUNCTION delivery.steps(value jsonb) RETURNS TABLE(days integer)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog'
    AS $_$
  select distinct step::int from jsonb_array_elements_text(case when jsonb_typeof(value) = 'array' then value else '[]' end) step
   where step ~ '^-?[0-9]{1,3}$'
$_$;

CREATE FUNCTION delivery.take_reminders(moment timestamp with time zone, most integer) RETURNS TABLE(organization_id uuid, document_id uuid, account_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with step as (
    select s.shard, s.organization_id, (moment at time zone o.timezone)::date as today, step.days,
           (s.updated_at at time zone o.timezone)::date as since,
           lead(step.days) over (partition by s.shard, s.organization_id order by step.days) as following
      from organizations.setting s
      join organizations.organization o on o.shard = s.shard and o.id = s.organization_id and o.active
     cross join lateral delivery.steps(s.value) step
     where s.name = 'reminders' and s.value <> '[]' and (moment at time zone o.timezone)::time >= '08:00'),
  schedule as (  -- what fell due before `earliest` belongs to the next step, or is from before the schedule, or too long ago
    select step.*, greatest(today - least(following, days + 60), since - days)::timestamp at time zone 'UTC' as earliest
      from step),
  due as (
    select d.shard, d.id, d.organization_id, c.days
      from schedule c
      join documents.document d on d.shard = c.shard and d.organization_id = c.organization_id
     cross join lateral (select documents.day(d.date_due, d.timezone) as day) fallen
     where not d.draft and not d.canceled and not d.paid_in_full and d.deleted_at is null and not d.incoming
       and d.type in ('invoice', 'advance') and d.client ->> 'email' <> ''
       and d.date_due between c.earliest - make_interval(days => 2) and moment + make_interval(days => 2 - c.days)
       and fallen.day + c.days between c.today - 60 and c.today
       and (c.following is null or fallen.day + c.following > c.today)
       and fallen.day + c.days >= c.since and fallen.day + c.days > (d.issued_at at time zone d.timezone)::date
       and not exists (select from delivery.reminder r
                        where r.shard = d.shard and r.document_id = d.id and r.occasion = c.days::text)
     limit most),
  taken as (
    insert into delivery.reminder (shard, document_id, occasion, organization_id, created_at)
    select due.shard, due.id, due.days::text, due.organization_id, moment from due
    on conflict do nothing
    returning shard, document_id)
  select d.organization_id, d.id, d.account_id
    from taken join documents.document d on d.shard = taken.shard and d.id = taken.document_id
$$;

CREATE FUNCTION documents.count_term(of_shard integer, of_organization uuid, of_name text, of_value text, from_id uuid, below_id uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with mark as materialized (
    select m.id, lead(m.id, 1, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff') over (order by m.id) as next
      from (select distinct m.id from documents.tally_mark m
             where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = 'id') m),
  cell as (
    select s.id, 1 as n from documents.saying(of_shard, of_organization, of_name, of_value) s(id)
     union all
    select c.id, -c.n from documents.tally_change c
     where c.shard = of_shard and c.organization_id = of_organization and documents.word(of_name, of_value) = any(c.terms))
  insert into documents.term_mark (shard, organization_id, term, id, n)
  select of_shard, of_organization, documents.word(of_name, of_value), m.id, sum(c.n)
    from cell c join mark m on c.id >= m.id and c.id < m.next
   where c.id < from_id or c.id >= below_id
   group by m.id having sum(c.n) <> 0
$$;

CREATE FUNCTION documents.count_terms(of_shard integer, of_organization uuid, from_id uuid, below_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  least_id constant uuid := '00000000-0000-0000-0000-000000000000';
  after_all constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  taken bigint;
  fresh record;
  counted bigint[];
begin
  select count(*) into taken from documents.common_term c where c.shard = of_shard and c.organization_id = of_organization;
  if taken = 0 then
    if (select count(*) <= 5000
          from (select from documents.document d
                 where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null limit 5001) d) then
      return;
    end if;
    from_id := least_id;
    below_id := null;
    insert into documents.common_term
    select of_shard, of_organization, documents.word(p.name, p.value) from documents.plain_words() p;
  end if;
  delete from documents.term_mark t
   where t.shard = of_shard and t.organization_id = of_organization and t.id >= from_id and t.id < coalesce(below_id, after_all);
  for fresh in
    with said as (
      select w.name, w.value, count(*) as n, sum(count(*)) filter (where w.name = 'unitId') over () as documents
        from documents.document d cross join lateral documents.each_word(d) w
       where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
         and d.id >= from_id and d.id < coalesce(below_id, after_all)
       group by w.name, w.value)
    select s.name, s.value
      from said s
     where s.value <> '' and s.n >= greatest(50, s.documents / 100)
       and not exists (select from documents.common_term t
                        where t.shard = of_shard and t.organization_id = of_organization
                          and t.term = documents.word(s.name, s.value))
     order by s.n desc limit greatest(1000 - taken, 0)
  loop
    insert into documents.common_term values (of_shard, of_organization, documents.word(fresh.name, fresh.value));
    if from_id > least_id or below_id is not null then
      perform documents.count_term(of_shard, of_organization, fresh.name, fresh.value, from_id, coalesce(below_id, after_all));
    end if;
  end loop;
  counted := array(select t.term from documents.common_term t where t.shard = of_shard and t.organization_id = of_organization);
  with mark as materialized (
    select m.id, lead(m.id, 1, coalesce(below_id, after_all)) over (order by m.id) as next
      from (select distinct m.id from documents.tally_mark m
             where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = 'id'
               and m.id >= from_id and m.id < coalesce(below_id, after_all)) m),
  cell as (
    select d.mark, w.term, 1 as n
      from (select m.id as mark, documents.words_of(d) as terms
              from mark m
             cross join lateral (select d from documents.document d
                                  where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
                                    and d.id >= m.id and d.id < m.next offset 0) d(d) offset 0) d
     cross join lateral unnest(d.terms) w(term)
     union all
    select c.mark, w.term, -c.n
      from (select m.id as mark, c.terms, c.n from documents.tally_change c join mark m on c.id >= m.id and c.id < m.next
             where c.shard = of_shard and c.organization_id = of_organization offset 0) c
     cross join lateral unnest(c.terms) w(term))
  insert into documents.term_mark (shard, organization_id, term, id, n)
  select of_shard, of_organization, c.term, c.mark, sum(c.n)
    from cell c
   where c.term = any(counted)
   group by c.term, c.mark having sum(c.n) <> 0;
end $$;

CREATE FUNCTION documents.day(at timestamp with time zone, zone text) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select case when at = date_trunc('day', at, 'UTC') then (at at time zone 'UTC')::date else (at at time zone zone)::date end
$$;

CREATE FUNCTION payments.direction(type text, incoming boolean) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case when type = 'credit-note' then -1 else 1 end * case when incoming then -1 else 1 end
$$;

CREATE TABLE documents.document (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    type text NOT NULL,
    draft boolean NOT NULL,
    incoming boolean DEFAULT false NOT NULL,
    canceled boolean DEFAULT false NOT NULL,
    number text,
    series text DEFAULT ''::text NOT NULL,
    date_year integer NOT NULL,
    date timestamp with time zone NOT NULL,
    date_service timestamp with time zone,
    date_service_to timestamp with time zone,
    date_due timestamp with time zone,
    date_valid_till timestamp with time zone,
    date_paid timestamp with time zone,
    date_received timestamp with time zone,
    reference text DEFAULT ''::text NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    decimal_places smallint NOT NULL,
    rounding text NOT NULL,
    locale text NOT NULL,
    timezone text NOT NULL,
    total bigint NOT NULL,
    total_discount bigint NOT NULL,
    total_with_tax bigint NOT NULL,
    total_paid bigint DEFAULT 0 NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    tax_clause text DEFAULT ''::text NOT NULL,
    footer text DEFAULT ''::text NOT NULL,
    signature text DEFAULT ''::text NOT NULL,
    issuer jsonb NOT NULL,
    client jsonb NOT NULL,
    client_id uuid,
    lines jsonb NOT NULL,
    taxes jsonb NOT NULL,
    reverse_taxes jsonb NOT NULL,
    has_unit boolean NOT NULL,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    said jsonb,
    unique_id text,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    l10n jsonb DEFAULT '{}'::jsonb NOT NULL,
    data jsonb DEFAULT '[]'::jsonb NOT NULL,
    comments jsonb DEFAULT '[]'::jsonb NOT NULL,
    document_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    previous_document_id uuid,
    shareable_id text,
    sent_snail_mail boolean DEFAULT false NOT NULL,
    issued_at timestamp with time zone,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    total_credited bigint DEFAULT 0 NOT NULL,
    total_due bigint GENERATED ALWAYS AS (((total_with_tax - total_paid) - total_credited)) STORED NOT NULL,
    paid_in_full boolean GENERATED ALWAYS AS (((NOT draft) AND ((total_paid + total_credited) >= total_with_tax))) STORED NOT NULL,
    advance_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    refers_to jsonb DEFAULT '[]'::jsonb NOT NULL,
    accepted_at timestamp with time zone,
    rejected_at timestamp with time zone,
    credit_applied bigint DEFAULT 0 NOT NULL,
    conversion jsonb,
    total_converted bigint GENERATED ALWAYS AS (((conversion ->> 'total'::text))::bigint) STORED,
    total_with_tax_converted bigint GENERATED ALWAYS AS (((conversion ->> 'total_with_tax'::text))::bigint) STORED,
    overdue_at timestamp with time zone,
    unit_id uuid,
    sort_total bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((total_with_tax)::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    viewed_at timestamp with time zone,
    sort_net bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((total)::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    sort_due bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((((total_with_tax - total_paid) - total_credited))::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    sort_paid bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((total_paid)::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    sort_reference text GENERATED ALWAYS AS ("left"(reference, 100)) STORED NOT NULL COLLATE pg_catalog."C",
    sort_note text GENERATED ALWAYS AS ("left"(note, 100)) STORED NOT NULL COLLATE pg_catalog."C",
    sort_client text GENERATED ALWAYS AS ("left"(COALESCE((client ->> 'name'::text), ''::text), 100)) STORED NOT NULL COLLATE pg_catalog."C",
    sort_discount bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((total_discount)::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    sort_credited bigint GENERATED ALWAYS AS ((LEAST(GREATEST(((total_credited)::numeric * power((10)::numeric, ((3 - exponent))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint) STORED NOT NULL,
    sort_converted bigint GENERATED ALWAYS AS (
CASE
    WHEN ((conversion ->> 'total'::text) IS NOT NULL) THEN (LEAST(GREATEST(((((conversion ->> 'total'::text))::bigint)::numeric * power((10)::numeric, ((3 - ((conversion ->> 'exponent'::text))::integer))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint
    ELSE NULL::bigint
END) STORED,
    sort_converted_with_tax bigint GENERATED ALWAYS AS (
CASE
    WHEN ((conversion ->> 'total_with_tax'::text) IS NOT NULL) THEN (LEAST(GREATEST(((((conversion ->> 'total_with_tax'::text))::bigint)::numeric * power((10)::numeric, ((3 - ((conversion ->> 'exponent'::text))::integer))::numeric)), ('-9000000000000000000'::bigint)::numeric), ('9000000000000000000'::bigint)::numeric))::bigint
    ELSE NULL::bigint
END) STORED,
    CONSTRAINT credit_in_use CHECK (((credit_applied = 0) OR ((payments.direction(type, incoming) * total_due) <= 0))),
    CONSTRAINT document_check CHECK ((draft = (issued_at IS NULL))),
    CONSTRAINT document_check1 CHECK ((draft OR (number IS NOT NULL))),
    CONSTRAINT document_credit_applied_check CHECK ((credit_applied >= 0)),
    CONSTRAINT document_decimal_places_check CHECK (((decimal_places >= 0) AND (decimal_places <= 9))),
    CONSTRAINT document_type_check CHECK ((type = ANY (ARRAY['invoice'::text, 'estimate'::text, 'advance'::text, 'credit-note'::text, 'delivery-note'::text])))
);

CREATE FUNCTION documents.each_word(d documents.document) RETURNS TABLE(name text, value text)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
  return query select w.name, w.value from documents.words(d) w;
end $$;

CREATE FUNCTION documents.enter_shared(link text) RETURNS TABLE(organization_id uuid, document_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  select d.organization_id, d.id into organization_id, document_id
    from documents.document d where d.shareable_id = link and d.deleted_at is null;
  perform set_config('billhook.organization', coalesce(organization_id::text, ''), false);
  if organization_id is not null then return next; end if;
end $$;

CREATE FUNCTION documents.gather_tally(of_shard integer, of_organization uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 20)) then return false; end if;
  with gone as (
    delete
      from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c as change),
  placed as (
    select m.sorted_by, m.key, m.id as mark, case when m.sorted_by = 'id' then (g.change).terms end as terms,
           (g.change).type, (g.change).draft, (g.change).incoming, (g.change).canceled, (g.change).sent_snail_mail,
           (g.change).has_unit, (g.change).decimal_places, (g.change).paid_in_full, (g.change).currency,
             (g.change).date_year, (g.change).n
      from gone g cross join lateral documents.marks_of(g.change) m),
  noted as (
    insert into documents.tally_mark as t (shard, organization_id, sorted_by, key, id,
      type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
    select of_shard, of_organization, sorted_by, key, mark,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, sum(n)
      from placed group by sorted_by, key, mark,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year
    having sum(n) <> 0
    on conflict (shard, organization_id, sorted_by, key, id,
      type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year)
    do update set n = t.n + excluded.n)
  insert into documents.term_mark as t (shard, organization_id, term, id, n)
  select of_shard, of_organization, c.term, p.mark, sum(p.n)
    from placed p
   cross join lateral unnest(p.terms) w(term)
    join documents.common_term c on c.shard = of_shard and c.organization_id = of_organization and c.term = w.term
   where p.sorted_by = 'id'
   group by c.term, p.mark having sum(p.n) <> 0
      on conflict (shard, organization_id, term, id) do update set n = t.n + excluded.n;
  delete from documents.term_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
  delete from documents.tally_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
  for heavy in
    select t.sorted_by, t.key, t.id from documents.tally_mark t
     where t.shard = of_shard and t.organization_id = of_organization and t.sorted_by <> ''
     group by t.sorted_by, t.key, t.id having sum(t.n) > 5000
  loop
    perform documents.split_tally(of_shard, of_organization, heavy.sorted_by, heavy.key, heavy.id);
  end loop;
  return true;
end $$;

CREATE FUNCTION documents.instant_key(at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
$$;

CREATE FUNCTION documents.key_expression(sorted_by text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case sorted_by
    when 'date' then $e$documents.instant_key(date)$e$
    when 'date_due' then $e$documents.instant_key(coalesce(date_due, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'created_at' then $e$documents.instant_key(created_at)$e$
    when 'updated_at' then $e$documents.instant_key(updated_at)$e$
    when 'number' then $e$coalesce(number, '')$e$
    when 'sort_total' then $e$documents.whole_key(sort_total)$e$
    when 'date_service' then $e$documents.instant_key(coalesce(date_service, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'issued_at' then $e$documents.instant_key(coalesce(issued_at, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'sort_net' then $e$documents.whole_key(sort_net)$e$
    when 'sort_due' then $e$documents.whole_key(sort_due)$e$
    when 'sort_paid' then $e$documents.whole_key(sort_paid)$e$
    when 'sort_reference' then $e$sort_reference$e$
    when 'sort_note' then $e$sort_note$e$
    when 'sort_client' then $e$sort_client$e$
    when 'client_id' then $e$coalesce(client_id, uuid '00000000-0000-0000-0000-000000000000')::text$e$
    when 'account_id' then $e$account_id::text$e$
    when 'sort_discount' then $e$documents.whole_key(sort_discount)$e$
    when 'sort_credited' then $e$documents.whole_key(sort_credited)$e$
    when 'sort_converted' then $e$documents.whole_key(sort_converted)$e$
    when 'sort_converted_with_tax' then $e$documents.whole_key(sort_converted_with_tax)$e$
    when 'date_service_to' then $e$documents.instant_key(date_service_to)$e$
    when 'date_valid_till' then $e$documents.instant_key(date_valid_till)$e$
    when 'date_paid' then $e$documents.instant_key(date_paid)$e$
    when 'date_received' then $e$documents.instant_key(date_received)$e$
    when 'accepted_at' then $e$documents.instant_key(accepted_at)$e$
    when 'rejected_at' then $e$documents.instant_key(rejected_at)$e$
    else $e$''$e$ end
$_$;

CREATE TABLE documents.tally_change (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    at bigint NOT NULL,
    n smallint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    draft boolean NOT NULL,
    incoming boolean NOT NULL,
    canceled boolean NOT NULL,
    paid_in_full boolean NOT NULL,
    currency text NOT NULL,
    date_year integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    date timestamp with time zone NOT NULL,
    date_due timestamp with time zone,
    number text,
    sort_total bigint NOT NULL,
    date_service timestamp with time zone,
    issued_at timestamp with time zone,
    sort_net bigint NOT NULL,
    sort_due bigint NOT NULL,
    sort_paid bigint NOT NULL,
    sort_reference text NOT NULL COLLATE pg_catalog."C",
    sort_note text NOT NULL COLLATE pg_catalog."C",
    sort_client text NOT NULL COLLATE pg_catalog."C",
    client_id uuid,
    account_id uuid NOT NULL,
    sent_snail_mail boolean NOT NULL,
    has_unit boolean NOT NULL,
    decimal_places smallint NOT NULL,
    sort_discount bigint NOT NULL,
    sort_credited bigint NOT NULL,
    date_service_to timestamp with time zone,
    date_valid_till timestamp with time zone,
    date_paid timestamp with time zone,
    date_received timestamp with time zone,
    accepted_at timestamp with time zone,
    rejected_at timestamp with time zone,
    sort_converted bigint,
    sort_converted_with_tax bigint,
    terms bigint[]
);

CREATE FUNCTION documents.marks_of(change documents.tally_change) RETURNS TABLE(sorted_by text, key text, id uuid)
    LANGUAGE sql STABLE
    AS $$
  select s.sorted_by, coalesce(m.key, '') collate "C", coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000')
    from unnest(array_prepend('', documents.orders())) s(sorted_by)
   cross join lateral (select documents.sort_key(s.sorted_by, change) as key offset 0) k
    left join lateral (
         select m.key, m.id from documents.tally_mark m
          where s.sorted_by <> '' and m.shard = change.shard and m.organization_id = change.organization_id
            and m.sorted_by = s.sorted_by and (m.key, m.id) <= (k.key, change.id)
          order by m.key desc, m.id desc limit 1) m on true
   where k.key is not null
$$;

CREATE FUNCTION documents.note_tally() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare is_saying_the_same boolean := false;
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null) then
    is_saying_the_same :=
      (old.unit_id, old.options ->> 'number_internal', old.footer, old.signature, old.client, old.custom, old.date_service_to is null,
       old.date_valid_till is null, old.date_paid is null, old.date_received is null, old.accepted_at is null,
       old.rejected_at is null, old.conversion is null, old.unique_id is null, old.shareable_id is null,
       old.previous_document_id is null)
      is not distinct from
      (new.unit_id, new.options ->> 'number_internal', new.footer, new.signature, new.client, new.custom, new.date_service_to is null,
       new.date_valid_till is null, new.date_paid is null, new.date_received is null, new.accepted_at is null,
       new.rejected_at is null, new.conversion is null, new.unique_id is null, new.shareable_id is null,
       new.previous_document_id is null);
  end if;
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
          old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
          old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
          old.sort_note, old.sort_client, old.client_id, old.account_id,
          old.sort_discount, old.sort_credited, old.date_service_to, old.date_valid_till, old.date_paid,
          old.date_received, old.accepted_at, old.rejected_at, old.sort_converted, old.sort_converted_with_tax)
         is not distinct from
         (new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
          new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
          new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
          new.sort_note, new.sort_client, new.client_id, new.account_id,
          new.sort_discount, new.sort_credited, new.date_service_to, new.date_valid_till, new.date_paid,
          new.date_received, new.accepted_at, new.rejected_at, new.sort_converted, new.sort_converted_with_tax)
     and is_saying_the_same
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id,
        sort_discount, sort_credited, date_service_to, date_valid_till, date_paid, date_received,
        accepted_at, rejected_at, sort_converted, sort_converted_with_tax, terms)
      values (old.shard, old.organization_id, -1, old.id,
        old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
        old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
        old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
        old.sort_note, old.sort_client, old.client_id, old.account_id,
        old.sort_discount, old.sort_credited, old.date_service_to, old.date_valid_till, old.date_paid,
        old.date_received, old.accepted_at, old.rejected_at, old.sort_converted, old.sort_converted_with_tax,
        case when not is_saying_the_same then documents.words_of(old) end);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id,
        sort_discount, sort_credited, date_service_to, date_valid_till, date_paid, date_received,
        accepted_at, rejected_at, sort_converted, sort_converted_with_tax, terms)
      values (new.shard, new.organization_id, 1, new.id,
        new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
        new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
        new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
        new.sort_note, new.sort_client, new.client_id, new.account_id,
        new.sort_discount, new.sort_credited, new.date_service_to, new.date_valid_till, new.date_paid,
        new.date_received, new.accepted_at, new.rejected_at, new.sort_converted, new.sort_converted_with_tax,
        case when not is_saying_the_same then documents.words_of(new) end);
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION documents.orders() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array[
    'id', 'date', 'date_due', 'created_at', 'updated_at', 'number', 'sort_total', 'date_service', 'issued_at', 'sort_net',
    'sort_due', 'sort_paid', 'sort_reference', 'sort_note', 'sort_client', 'client_id', 'account_id', 'sort_discount',
    'sort_credited', 'date_service_to', 'date_valid_till', 'date_paid', 'date_received', 'accepted_at', 'rejected_at',
    'sort_converted', 'sort_converted_with_tax']
$$;

CREATE FUNCTION documents.owner_of(document uuid, document_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select d.organization_id from documents.document d where d.shard = document_shard and d.id = document
$$;

CREATE FUNCTION documents.plain_words() RETURNS TABLE(name text, value text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select n.name, v.value
    from unnest(array['unitId', 'numberInternal', 'footer', 'signature', '_documentClient.email', '_documentClient.taxNumber',
      '_documentClient.companyNumber', '_documentClient.address', '_documentClient.city', '_documentClient.zip',
      '_documentClient.country', '_documentClient.countryAlpha2Code', '_documentClient.phone', '_documentClient.contact'])
      n(name) cross join (values (null), ('')) v(value)
   union all
  select n.name, null
    from unnest(array['dateServiceTo', 'dateValidTill', 'datePaid', 'dateReceived', 'acceptedAt', 'rejectedAt',
      'totalConverted', 'totalWithTaxConverted', 'uniqueId', 'shareableId', 'previousDocumentId']) n(name)
$$;

CREATE FUNCTION documents.refuse_another_unit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'an issued document cannot be changed' using errcode = 'BH001';
end $$;

CREATE FUNCTION documents.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  if old.draft then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception 'an issued document cannot be deleted' using errcode = 'BH001';
  end if;
  if (old.draft, old.shard, old.id, old.organization_id, old.account_id, old.type, old.incoming, old.number, old.series,
      old.date_year, old.date, old.date_service, old.date_service_to, old.date_due, old.date_valid_till, old.date_paid,
      old.reference, old.currency, old.exponent, old.decimal_places, old.rounding, old.locale, old.timezone, old.total,
      old.total_discount, old.total_with_tax, old.note, old.tax_clause, old.footer, old.signature, old.issuer, old.client,
      old.client_id, old.lines, old.taxes, old.reverse_taxes, old.options, old.l10n, old.data, old.document_ids,
      old.issued_at, old.previous_document_id, old.date_received, old.created_at, old.has_unit, old.unique_id,
      old.advance_ids, old.refers_to)
     is distinct from
     (new.draft, new.shard, new.id, new.organization_id, new.account_id, new.type, new.incoming, new.number, new.series,
      new.date_year, new.date, new.date_service, new.date_service_to, new.date_due, new.date_valid_till, new.date_paid,
      new.reference, new.currency, new.exponent, new.decimal_places, new.rounding, new.locale, new.timezone, new.total,
      new.total_discount, new.total_with_tax, new.note, new.tax_clause, new.footer, new.signature, new.issuer, new.client,
      new.client_id, new.lines, new.taxes, new.reverse_taxes, new.options, new.l10n, new.data, new.document_ids,
      new.issued_at, new.previous_document_id, new.date_received, new.created_at, new.has_unit, new.unique_id,
      new.advance_ids, new.refers_to)
  then
    raise exception 'an issued document cannot be changed' using errcode = 'BH001';
  end if;
  if new.deleted_at is not null and old.type <> 'estimate' then
    raise exception 'an issued document cannot be deleted' using errcode = 'BH001';
  end if;
  if old.canceled and not new.canceled and exists (
       select from documents.document note
        where note.shard = old.shard and note.previous_document_id = old.id and note.type = 'credit-note'
          and not note.draft) then
    raise exception 'what a credit note has canceled stays canceled' using errcode = 'BH001';
  end if;
  return new;
end $$;

CREATE FUNCTION documents.refuse_conversion() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'an issued document is not converted anew' using errcode = 'BH001';
end $$;

CREATE FUNCTION documents.refuse_emptying() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'issued documents cannot be deleted' using errcode = 'BH001';
end $$;

CREATE FUNCTION documents.refuse_going_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'UPDATE' then
    if (old.shard, old.organization_id, old.type, old.series, old.year)
       is not distinct from (new.shard, new.organization_id, new.type, new.series, new.year) and new.last >= old.last then
      return new;
    end if;
  end if;
  raise exception 'a counter of document numbers never goes back' using errcode = 'BH003';
end $$;

CREATE FUNCTION documents.saying(of_shard integer, of_organization uuid, of_name text, of_value text) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'off'
    SET enable_indexonlyscan TO 'off'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  select d.id from documents.document d
   where d.shard + 0 = of_shard and d.organization_id::text = of_organization::text and d.deleted_at is null
     and documents.terms(d.organization_id, d.client, d.options, d.custom, d.footer, d.signature)
         @> array[documents.term(of_organization, of_name, of_value)]
     and exists (select from documents.each_word(d) w where w.name = of_name and w.value = of_value)
   union all
  select d.id from documents.document d
   where of_name = 'unitId' and d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
     and d.unit_id = case when of_name = 'unitId' then of_value::uuid end
$$;

CREATE FUNCTION documents.sort_expression(sorted_by text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select case sorted_by
    when 'date_due' then $e$(case when date_due is null then timestamptz '0001-01-01 00:00:00+00' else date_due end)$e$
    when 'number' then $e$((case when number is null then '' else number end) collate "C")$e$
    when 'date_service' then $e$(case when date_service is null
      then timestamptz '0001-01-01 00:00:00+00' else date_service end)$e$
    when 'issued_at' then $e$(case when issued_at is null then timestamptz '0001-01-01 00:00:00+00' else issued_at end)$e$
    when 'client_id' then $e$(case when client_id is null
      then uuid '00000000-0000-0000-0000-000000000000' else client_id end)$e$
    else sorted_by end
$_$;

CREATE FUNCTION documents.sort_key(sorted_by text, change documents.tally_change) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select case sorted_by
    when 'date' then documents.instant_key(change.date)
    when 'date_due' then documents.instant_key(coalesce(change.date_due, timestamptz '0001-01-01 00:00:00+00'))
    when 'created_at' then documents.instant_key(change.created_at)
    when 'updated_at' then documents.instant_key(change.updated_at)
    when 'number' then coalesce(change.number, '')
    when 'sort_total' then documents.whole_key(change.sort_total)
    when 'date_service' then documents.instant_key(coalesce(change.date_service, timestamptz '0001-01-01 00:00:00+00'))
    when 'issued_at' then documents.instant_key(coalesce(change.issued_at, timestamptz '0001-01-01 00:00:00+00'))
    when 'sort_net' then documents.whole_key(change.sort_net)
    when 'sort_due' then documents.whole_key(change.sort_due)
    when 'sort_paid' then documents.whole_key(change.sort_paid)
    when 'sort_reference' then change.sort_reference
    when 'sort_note' then change.sort_note
    when 'sort_client' then change.sort_client
    when 'client_id' then coalesce(change.client_id, uuid '00000000-0000-0000-0000-000000000000')::text
    when 'account_id' then change.account_id::text
    when 'sort_discount' then documents.whole_key(change.sort_discount)
    when 'sort_credited' then documents.whole_key(change.sort_credited)
    when 'sort_converted' then documents.whole_key(change.sort_converted)
    when 'sort_converted_with_tax' then documents.whole_key(change.sort_converted_with_tax)
    when 'date_service_to' then documents.instant_key(change.date_service_to)
    when 'date_valid_till' then documents.instant_key(change.date_valid_till)
    when 'date_paid' then documents.instant_key(change.date_paid)
    when 'date_received' then documents.instant_key(change.date_received)
    when 'accepted_at' then documents.instant_key(change.accepted_at)
    when 'rejected_at' then documents.instant_key(change.rejected_at)
    else '' end collate "C"
$$;

CREATE FUNCTION documents.sort_value(sorted_by text, key text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select case
    when sorted_by in ('number', 'sort_reference', 'sort_note', 'sort_client')
    then format('%L', key)
    when sorted_by in ('sort_total', 'sort_net', 'sort_due', 'sort_paid', 'sort_discount', 'sort_credited', 'sort_converted',
                       'sort_converted_with_tax')
    then format('%L::bigint', key::numeric - 10000000000000000000::numeric)
    when sorted_by in ('client_id', 'account_id')
    then format('uuid %L', key)
    else format('timestamptz %L', key || '+00') end
$$;

CREATE FUNCTION documents.split_tally(of_shard integer, of_organization uuid, of_order text, from_key text, from_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $_$
declare
  expression text := case of_order when 'id' then 'id' else format('(%s, id)', documents.sort_expression(of_order)) end;
  bounds text := '';
  below record;
begin
  select m.key, m.id into below from documents.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and (m.key, m.id) > (from_key, from_id) order by m.key, m.id limit 1;
  if from_id <> uuid '00000000-0000-0000-0000-000000000000' then
    bounds := format(' and %s >= (%s%L::uuid)', expression,
      case of_order when 'id' then '' else documents.sort_value(of_order, from_key) || ', ' end, from_id);
  end if;
  if below.id is not null then
    bounds := bounds || format(' and %s < (%s%L::uuid)', expression,
      case of_order when 'id' then '' else documents.sort_value(of_order, below.key) || ', ' end, below.id);
  end if;
  delete from documents.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and m.key = from_key and m.id = from_id;
  execute format($q$
    with own as materialized (
      select id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year,
             (%3$s) collate "C" as key,
             row_number() over (order by %1$s) - 1 as place
        from documents.document
       where shard = $1 and organization_id = $2 and deleted_at is null and %4$s is not null %2$s),
    mark as materialized (
      select 0::bigint as place, $4::text collate "C" as key, $5::uuid as id
       union all
      select place, key, id from own where place > 0 and place %% 2500 = 0),
    pending as (
      select c.*, documents.sort_key($3, c) collate "C" as key
        from documents.tally_change c where c.shard = $1 and c.organization_id = $2),
    cell as (
      select m.key, m.id,
             o.type, o.draft, o.incoming, o.canceled, o.sent_snail_mail, o.has_unit, o.decimal_places, o.paid_in_full,
           o.currency, o.date_year, 1 as n
        from own o join mark m on m.place = o.place - o.place %% 2500
       union all
      select m.key, m.id,
             p.type, p.draft, p.incoming, p.canceled, p.sent_snail_mail, p.has_unit, p.decimal_places, p.paid_in_full,
           p.currency, p.date_year, -p.n
        from pending p
       cross join lateral (select key, id from mark where (mark.key, mark.id) <= (p.key, p.id)
                            order by mark.key desc, mark.id desc limit 1) m
       where $6::text is null or (p.key, p.id) < ($6::text collate "C", $7::uuid))
    insert into documents.tally_mark (shard, organization_id, sorted_by, key, id,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
    select $1, $2, $3, key, id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full,
      currency, date_year,
           sum(n)
      from cell
     group by key, id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
       date_year
    having sum(n) <> 0
    $q$, expression, bounds, documents.key_expression(of_order), documents.sort_expression(of_order))
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
  if of_order = 'id' then
    perform documents.count_terms(of_shard, of_organization, from_id, below.id);
  end if;
end $_$;

CREATE FUNCTION documents.take_overdue(moment timestamp with time zone, most integer) RETURNS TABLE(organization_id uuid, document_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  update documents.document d set overdue_at = moment
    from (select o.shard, o.id from documents.document o
           where o.overdue_at is null and not o.draft and not o.canceled and not o.paid_in_full and o.deleted_at is null
             and o.type in ('invoice', 'advance') and o.date_due < moment
             and documents.day(o.date_due, o.timezone) < (moment at time zone o.timezone)::date
           order by o.date_due limit most for update skip locked) taken
   where d.shard = taken.shard and d.id = taken.id
  returning d.organization_id, d.id
$$;

CREATE FUNCTION documents.tallies_due(at_least integer) RETURNS TABLE(shard integer, organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  select c.shard, c.organization_id from documents.tally_change c group by c.shard, c.organization_id having count(*) >= at_least
$$;

CREATE FUNCTION documents.tally_anew(of_shard integer, of_organization uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare of_order text;
begin
  perform pg_advisory_xact_lock(hashtextextended(of_organization::text, 20));
  delete from documents.tally_mark m where m.shard = of_shard and m.organization_id = of_organization;
  delete from documents.common_term t where t.shard = of_shard and t.organization_id = of_organization;
  delete from documents.term_mark t where t.shard = of_shard and t.organization_id = of_organization;
  insert into documents.tally_mark (shard, organization_id, sorted_by, key, id,
    type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
  select of_shard, of_organization, '', '', uuid '00000000-0000-0000-0000-000000000000',
         type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, sum(n)
    from (select type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
      date_year, 1 as n
            from documents.document d
           where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
           union all
          select type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
            date_year, -n
            from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization) x
   group by type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year
  having sum(n) <> 0;
  foreach of_order in array documents.orders() loop
    perform documents.split_tally(of_shard, of_organization, of_order, '', uuid '00000000-0000-0000-0000-000000000000');
  end loop;
end $$;

CREATE FUNCTION documents.term(organization uuid, name text, value text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select hashtextextended(value, hashtextextended(name, uuid_hash_extended(organization, 45)))
$$;

CREATE FUNCTION documents.terms(organization uuid, client jsonb, options jsonb, custom jsonb, footer text, signature text) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array_agg(documents.term(organization, t.name, t.value))
    from (select c.name, c.value
            from jsonb_each_text(custom) e cross join lateral (values ('custom.' || e.key, e.value), ('custom', e.key)) c(name, value)
           where e.value is not null
           union all
          select n.name, n.value
            from (values ('_documentClient.email', client ->> 'email'), ('_documentClient.taxNumber', client ->> 'tax_number'),
                         ('_documentClient.companyNumber', client ->> 'company_number'),
                         ('_documentClient.address', client ->> 'address'), ('_documentClient.city', client ->> 'city'),
                         ('_documentClient.zip', client ->> 'zip'), ('_documentClient.country', client ->> 'country'),
                         ('_documentClient.countryAlpha2Code', client ->> 'country_code'),
                         ('_documentClient.phone', client ->> 'phone'), ('_documentClient.contact', client ->> 'contact'),
                         ('numberInternal', options ->> 'number_internal'), ('footer', footer), ('signature', signature))
                 n(name, value)) t
   where t.value <> ''
$$;

CREATE FUNCTION documents.whole_key(value bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select lpad((value + 10000000000000000000::numeric)::text, 20, '0')
$$;

CREATE FUNCTION documents.with_terms(names text[], texts text[], of_shard integer, most integer) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'off'
    SET enable_indexonlyscan TO 'off'
    AS $$
  select array(
    select d.id from documents.document d
     where d.shard + 0 = of_shard and d.organization_id::text = public.tenant()::text and d.deleted_at is null
       and documents.terms(d.organization_id, d.client, d.options, d.custom, d.footer, d.signature)
           @> array(select documents.term(public.tenant(), t.name, t.value) from unnest(names, texts) t(name, value))
     limit most)
$$;

CREATE FUNCTION documents.word(name text, value text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select coalesce(hashtextextended(value, hashtextextended(name, 79)), hashtextextended(name, 79))
$$;

CREATE FUNCTION documents.words(d documents.document) RETURNS TABLE(name text, value text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select n.name, n.value
    from (values ('unitId', (d).unit_id::text), ('numberInternal', (d).options ->> 'number_internal'),
                 ('footer', (d).footer), ('signature', (d).signature),
                 ('_documentClient.email', (d).client ->> 'email'), ('_documentClient.taxNumber', (d).client ->> 'tax_number'),
                 ('_documentClient.companyNumber', (d).client ->> 'company_number'),
                 ('_documentClient.address', (d).client ->> 'address'), ('_documentClient.city', (d).client ->> 'city'),
                 ('_documentClient.zip', (d).client ->> 'zip'), ('_documentClient.country', (d).client ->> 'country'),
                 ('_documentClient.countryAlpha2Code', (d).client ->> 'country_code'),
                 ('_documentClient.phone', (d).client ->> 'phone'), ('_documentClient.contact', (d).client ->> 'contact'))
         n(name, value)
   union all
  select n.name, null
    from (values ('dateServiceTo', (d).date_service_to is null), ('dateValidTill', (d).date_valid_till is null),
                 ('datePaid', (d).date_paid is null), ('dateReceived', (d).date_received is null),
                 ('acceptedAt', (d).accepted_at is null), ('rejectedAt', (d).rejected_at is null),
                 ('totalConverted', (d).total_converted is null),
                 ('totalWithTaxConverted', (d).total_with_tax_converted is null),
                 ('uniqueId', (d).unique_id is null), ('shareableId', (d).shareable_id is null),
                 ('previousDocumentId', (d).previous_document_id is null)) n(name, is_lacking)
   where n.is_lacking
   union all
  select c.name, c.value
    from jsonb_each_text((d).custom) e cross join lateral (values ('custom.' || e.key, e.value), ('custom', e.key)) c(name, value)
   where e.value is not null
$$;

CREATE FUNCTION documents.words_of(d documents.document) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
begin
  return (select array_agg(documents.word(w.name, w.value)) from documents.words(d) w);
end $$;

CREATE FUNCTION events.begin_era() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  insert into events.era (era, cluster)
  select last.era + 1, here.system_identifier
    from (select e.era, e.cluster from events.era e order by e.era desc limit 1) last, pg_control_system() here
   where last.cluster <> here.system_identifier
  on conflict do nothing
$$;

CREATE FUNCTION events.facts_of(d documents.document) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
  select jsonb_build_object('id', d.id, 'type', d.type, 'incoming', d.incoming, 'draft', d.draft, 'canceled', d.canceled,
    'paid_in_full', d.paid_in_full, 'number', d.number, 'date', d.date, 'date_due', d.date_due, 'currency_id', d.currency,
    'exponent', d.exponent, 'total', d.total, 'total_with_tax', d.total_with_tax, 'total_paid', d.total_paid,
    'total_due', d.total_due, 'client_id', d.client_id, 'unit_id', d.unit_id,
    'previous_document_id', d.previous_document_id, 'unique_id', d.unique_id)
$$;

CREATE FUNCTION events.is_paid(d documents.document) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  select d.paid_in_full and not d.canceled and d.type in ('invoice', 'advance') and d.deleted_at is null
$$;

CREATE FUNCTION events.latest(shards integer[], organizations uuid[]) RETURNS TABLE(organization_id uuid, era integer, xid bigint, sequence bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  select o.id, e.era, e.xid::text::bigint, e.sequence
    from unnest(shards, organizations) o(shard, id)
   cross join lateral (
         select e.era, e.xid, e.sequence from events.event e
          where e.shard = o.shard and e.organization_id = o.id
            and (e.era, e.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot()))
          order by e.era desc, e.xid desc, e.sequence desc limit 1) e
$$;

CREATE FUNCTION events.on_client() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare change text := case when tg_op = 'INSERT' then 'create' when new.deleted_at is not null then 'delete' else 'update' end;
begin
  if tg_op = 'UPDATE' and old.deleted_at is not null then return null; end if;
  perform events.write(new.shard, new.organization_id, 'client.' || change || 'd', change, new.updated_at, jsonb_build_object(
    'id', new.id, 'type', new.type, 'country_alpha2_code', new.country_code, 'is_end_customer', new.is_end_customer));
  return null;
end $$;

CREATE FUNCTION events.on_document() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
  data jsonb := events.facts_of(new);
  types text[] := '{}';
  type text;
begin
  if tg_op = 'INSERT' then
    perform events.write(new.shard, new.organization_id, case when new.draft then 'document.created' else 'document.issued' end,
                         'create', new.created_at, data);
    if events.is_paid(new) then
      perform events.write(new.shard, new.organization_id, 'document.paid', 'update', new.created_at, data);
    end if;
    return null;
  end if;
  if old.deleted_at is null and new.deleted_at is not null then
    perform events.write(new.shard, new.organization_id, 'document.deleted', 'delete', new.deleted_at, data);
    return null;
  end if;
  if old.draft and not new.draft then types := types || 'document.issued'::text; end if;
  if old.canceled <> new.canceled then
    types := types || case when new.canceled then 'document.canceled' else 'document.uncanceled' end;
  end if;
  if events.is_paid(old) <> events.is_paid(new) and not new.canceled and not old.canceled then
    types := types || case when events.is_paid(new) then 'document.paid' else 'document.unpaid' end;
  end if;
  if new.accepted_at is not null and old.accepted_at is null then types := types || 'document.accepted'::text; end if;
  if new.rejected_at is not null and old.rejected_at is null then types := types || 'document.rejected'::text; end if;
  if new.overdue_at is not null and old.overdue_at is null then types := types || 'document.overdue'::text; end if;
  if new.viewed_at is not null and old.viewed_at is null then types := types || 'document.viewed'::text; end if;
  if types = '{}' then types := array['document.updated']; end if;
  foreach type in array types loop
    perform events.write(new.shard, new.organization_id, type, 'update', case type
      when 'document.overdue' then new.overdue_at when 'document.viewed' then new.viewed_at else new.updated_at end, data);
  end loop;
  return null;
end $$;

CREATE FUNCTION events.on_email() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  if new.sent_at is not null then
    perform events.write(new.shard, new.organization_id,
      case new.kind when 'reminder' then 'document.reminded' else 'document.sent' end, 'update', new.sent_at, events.facts_of(d))
      from documents.document d where d.shard = new.shard and d.id = new.document_id;
  end if;
  if new.state = 'failed' then
    perform events.write(new.shard, new.organization_id, 'email.failed', 'update', now(), jsonb_build_object('id', new.id,
      'kind', new.kind, 'document_id', new.document_id, 'attempts', new.attempts));
  end if;
  return null;
end $$;

CREATE FUNCTION events.on_intent() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare created boolean := tg_op = 'INSERT';
begin
  if created or old.status <> new.status then
    perform events.write(new.shard, new.organization_id,
      case when created then 'payment_intent.created' else 'payment_intent.' || new.status end,
      case when created then 'create' else 'update' end, new.updated_at,
      jsonb_build_object('id', new.id, 'status', new.status, 'document_id', new.document_id, 'payment_id', new.payment_id,
        'amount', new.amount, 'currency_id', new.currency, 'exponent', new.exponent, 'reference', new.reference,
        'initial_intent_id', new.initial_intent_id));
  end if;
  if not created and old.disputed <> new.disputed then
    perform events.write(new.shard, new.organization_id,
      case when new.disputed > old.disputed then 'payment.disputed' else 'payment.dispute_won' end, 'update', new.updated_at,
      jsonb_build_object('id', new.payment_id, 'document_id', new.document_id, 'payment_intent_id', new.id,
        'amount', abs(new.disputed - old.disputed), 'currency_id', new.currency, 'exponent', new.exponent));
  end if;
  return null;
end $$;

CREATE FUNCTION events.on_mail_given_up() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
  document constant text := new.payload ->> 'document_id';
  its_shard constant int := ('x' || substr(document, 13, 4))::bit(16)::int;
  mail constant text := lpad(to_hex(floor(extract(epoch from new.created_at) * 1000)::bigint), 12, '0')
                        || substr(document, 13, 4) || lpad(to_hex(new.id & 4294967295), 8, '0');
begin
  perform events.write(its_shard, new.organization_id, 'email.failed', 'update', now(), jsonb_build_object(
      'id', events.uuid_of(mail), 'kind', coalesce(new.payload ->> 'kind', 'document'),
      'document_id', events.uuid_of(document), 'attempts', coalesce(e.attempts, new.attempts)))
     from (select) as one left join delivery.email e on e.shard = its_shard and e.job_id = new.id
    where e.state is null or e.state in ('sending', 'retrying');
  return null;
end $$;

CREATE FUNCTION events.on_merchant() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  perform events.write(new.shard, new.organization_id, 'merchant.updated', case when tg_op = 'INSERT' then 'create' else 'update' end,
    new.updated_at, jsonb_build_object('id', new.id, 'active', new.active, 'charges_enabled', new.charges_enabled,
      'reason', new.reason));
  return null;
end $$;

CREATE FUNCTION events.on_organization() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  perform events.write(new.shard, new.id, 'organization.updated', 'update', new.updated_at,
                       jsonb_build_object('id', new.id, 'active', new.active));
  return null;
end $$;

CREATE FUNCTION events.on_payment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare
  type text := 'payment.created';
  change text := 'create';
begin
  if tg_op = 'UPDATE' then
    change := 'update';
    if new.deleted_at is not null then
      if old.deleted_at is not null then return null; end if;
      type := 'payment.deleted';
      change := 'delete';
    elsif (old.type, old.amount, old.date) is distinct from (new.type, new.amount, new.date) then
      type := 'payment.replaced';
    else
      type := 'payment.updated';
    end if;
  end if;
  perform events.write(new.shard, new.organization_id, type, change, new.updated_at, jsonb_build_object(
    'id', new.id, 'document_id', new.document_id, 'type', new.type, 'amount', new.amount, 'currency_id', new.currency,
    'exponent', new.exponent, 'date', new.date, 'transaction_id', new.transaction_id, 'tag', new.tag));
  return null;
end $$;

CREATE FUNCTION events.on_refund() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  if new.status in ('succeeded', 'failed') then
    perform events.write(new.shard, new.organization_id,
      case new.status when 'succeeded' then 'payment.refunded' else 'payment.refund_failed' end, 'update', new.updated_at,
      jsonb_build_object('id', i.payment_id, 'document_id', i.document_id, 'payment_intent_id', i.id, 'refund_id', new.id,
        'amount', new.amount, 'currency_id', new.currency, 'exponent', new.exponent))
      from processing.intent i where i.shard = new.shard and i.id = new.intent_id;
  end if;
  return null;
end $$;

CREATE FUNCTION events.on_thing() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare change text := case when tg_op = 'INSERT' then 'create' when new.deleted_at is not null then 'delete' else 'update' end;
begin
  perform events.write(new.shard, new.organization_id, tg_argv[0] || '.' || change || 'd', change, new.updated_at,
                       jsonb_build_object('id', new.id));
  return null;
end $$;

CREATE FUNCTION events.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'what has happened is only ever added to' using errcode = 'BH002';
end $$;

CREATE FUNCTION events.uuid_of(id text) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select (substr(id, 1, 12) || '8' || substr(id, 13, 3) || '8' || substr(id, 16) || '000000')::uuid
$$;

CREATE FUNCTION events.write(shard integer, organization uuid, type text, change text, at timestamp with time zone, data jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  insert into events.event (shard, organization_id, era, xid, type, change, at, data)
  values (shard, organization, (select max(a.era) from events.era a), pg_current_xact_id(), type, change, at, data);
end $$;

CREATE FUNCTION exchange.owner_of(alternative uuid, alternative_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select a.organization_id from exchange.alternative a where a.shard = alternative_shard and a.id = alternative
$$;

CREATE FUNCTION exchange.pairs(one text, other text, at date) RETURNS TABLE(day date, source text, one_rate numeric, other_rate numeric)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog'
    AS $$
  select a.day, a.source, a.rate, b.rate
    from exchange.rate a join exchange.rate b on b.currency = other and b.day = a.day and b.source = a.source
   where a.currency = one and a.day <= at and a.day > at - 366
   order by a.day desc, a.source limit 6
$$;

CREATE FUNCTION files.forget(hash bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  delete from files.blob where sha256 = hash;
  return found;
exception when foreign_key_violation then return false;
end $$;

CREATE FUNCTION organizations.accesses_of(actor uuid) RETURNS TABLE(id uuid, organization_id uuid, account_id uuid, role text, active boolean, disabled boolean, rejected boolean, invitation_email text, inviter_id uuid, inviter_root_id uuid, custom jsonb, created_at timestamp with time zone, updated_at timestamp with time zone, email text, firstname text, lastname text, organization_name text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog'
    AS $$
  select a.id, a.organization_id, a.account_id, a.role, a.active, a.disabled, a.rejected, a.invitation_email, a.inviter_id,
         a.inviter_root_id, a.custom, a.created_at, a.updated_at, p.email, p.profile ->> 'firstname',
         p.profile ->> 'lastname', o.name
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
    join accounts.account p on p.id = a.account_id
   where a.account_id = actor
$$;

CREATE FUNCTION organizations.enter(organization uuid, organization_shard integer, actor uuid) RETURNS TABLE(organization_id uuid, role text, active boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare found record;
begin
  select o.id, o.active,
         case when o.root_account_id = actor then 'admin' else a.role end as role
    into found
    from organizations.organization o
    left join organizations.access a
      on a.shard = o.shard and a.organization_id = o.id and a.account_id = actor
     and a.active and not a.disabled and not a.rejected
   where o.shard = organization_shard and o.id = organization
     and (o.root_account_id = actor or a.id is not null);
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

CREATE FUNCTION organizations.enter_by_letter(access uuid, access_shard integer, hash bytea) RETURNS TABLE(organization_id uuid, role text, active boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare found record;
begin
  select o.id, o.active, a.role into found
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
   where a.shard = access_shard and a.id = access and a.invitation_hash = hash;
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

CREATE FUNCTION organizations.enter_invitation(access uuid, access_shard integer, actor uuid) RETURNS TABLE(organization_id uuid, role text, active boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
declare found record;
begin
  select o.id, o.active, a.role into found
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
    join accounts.account p on p.id = actor
   where a.shard = access_shard and a.id = access
     and (a.account_id = actor
          or (a.account_id is null and p.email = a.invitation_email and p.email_verified
              and (not p.email_assumed or p.root_id = a.inviter_root_id)));
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

CREATE FUNCTION organizations.link_invitations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  update organizations.access a set account_id = new.id, updated_at = new.updated_at
   where a.account_id is null and a.invitation_email = new.email
     and (not new.email_assumed or a.inviter_root_id = new.root_id)
     and not exists (select from organizations.access b
                      where b.shard = a.shard and b.organization_id = a.organization_id and b.account_id = new.id);
  return null;
end $$;

CREATE FUNCTION organizations.owner_of_access(access uuid, access_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select a.organization_id from organizations.access a where a.shard = access_shard and a.id = access
$$;

CREATE FUNCTION organizations.owner_of_setting(setting uuid, setting_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select s.organization_id from organizations.setting s where s.shard = setting_shard and s.id = setting
$$;

CREATE TABLE organizations.organization (
    shard integer NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    root_account_id uuid NOT NULL,
    name text NOT NULL,
    country_code text,
    locale text NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL,
    rounding text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    activated_at timestamp with time zone,
    deactivated_at timestamp with time zone,
    identity jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    data jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT organization_rounding_check CHECK ((rounding = ANY (ARRAY['document'::text, 'line'::text])))
);

CREATE FUNCTION organizations.reachable(actor uuid) RETURNS SETOF organizations.organization
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'pg_catalog'
    AS $$
  select o.* from organizations.organization o where o.root_account_id = actor
  union all
  select o.* from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
   where a.account_id = actor and a.active and not a.disabled and not a.rejected and o.root_account_id <> actor
$$;

CREATE FUNCTION payments.advance() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    AS $$
begin
  update payments.chain c set sequence = last.sequence, hash = last.hash
    from (select distinct on (n.shard, n.organization_id) n.shard, n.organization_id, n.sequence, n.hash
            from entered n order by n.shard, n.organization_id, n.sequence desc) last
   where c.shard = last.shard and c.organization_id = last.organization_id;
  return null;
end $$;

CREATE TABLE payments.entry (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    sequence bigint NOT NULL,
    document_id uuid,
    client_id uuid,
    payment_id uuid,
    kind text NOT NULL,
    type text,
    amount bigint NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    date timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT entry_kind_check CHECK ((kind = ANY (ARRAY['charge'::text, 'payment'::text, 'reversal'::text, 'credit'::text, 'refund'::text, 'fee'::text, 'balance'::text, 'surcharge'::text])))
);

CREATE FUNCTION payments.canonical(entry payments.entry) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', entry.sequence, payments.id24(entry.id),
    payments.id24(entry.organization_id), payments.id24(entry.document_id), payments.id24(entry.client_id),
    payments.id24(entry.payment_id), entry.kind, entry.type, entry.amount, entry.currency, entry.exponent,
    payments.instant(entry.date), payments.instant(entry.at))
$$;

CREATE FUNCTION payments.gather_tally(of_shard integer, of_organization uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 44)) then return false; end if;
  with gone as (
    delete from payments.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c as change)
  insert into payments.tally_mark as t
  select of_shard, of_organization, m.sorted_by, m.key, m.id, (g.change).type, (g.change).currency, sum((g.change).n)
    from gone g cross join lateral payments.marks_of(g.change) m
   group by m.sorted_by, m.key, m.id, (g.change).type, (g.change).currency having sum((g.change).n) <> 0
  on conflict (shard, organization_id, sorted_by, key, id, type, currency) do update set n = t.n + excluded.n;
  delete from payments.tally_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
  for heavy in
    select t.sorted_by, t.key, t.id from payments.tally_mark t
     where t.shard = of_shard and t.organization_id = of_organization and t.sorted_by <> ''
     group by t.sorted_by, t.key, t.id having sum(t.n) > 5000
  loop
    perform payments.split_tally(of_shard, of_organization, heavy.sorted_by, heavy.key, heavy.id);
  end loop;
  return true;
end $$;

CREATE FUNCTION payments.id24(id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select substr(id::text, 1, 8) || substr(id::text, 10, 4) || substr(id::text, 16, 3) || substr(id::text, 21, 3)
         || substr(id::text, 25, 6)
$$;

CREATE FUNCTION payments.instant(at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

CREATE FUNCTION payments.link() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
declare last record;
begin
  loop
    perform from payments.chain c where c.shard = new.shard and c.organization_id = new.organization_id for update;
    exit when found;
    insert into payments.chain values (new.shard, new.organization_id, 0, decode(repeat('00', 32), 'hex'))
    on conflict do nothing;
  end loop;
  select e.sequence, e.hash into last from payments.entry e
   where e.shard = new.shard and e.organization_id = new.organization_id order by e.sequence desc limit 1;
  new.sequence := coalesce(last.sequence, 0) + 1;
  new.date := date_trunc('milliseconds', new.date);
  new.at := date_trunc('milliseconds', new.at);
  new.hash := sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(payments.canonical(new), 'UTF8'));
  return new;
end $$;

CREATE TABLE payments.tally_change (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    at bigint NOT NULL,
    n smallint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    currency text NOT NULL,
    date timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE FUNCTION payments.marks_of(change payments.tally_change) RETURNS TABLE(sorted_by text, key text, id uuid)
    LANGUAGE sql STABLE
    AS $$
  select s.sorted_by, coalesce(m.key, '') collate "C", coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000')
    from (values (''), ('id'), ('date'), ('created_at'), ('updated_at')) s(sorted_by)
   cross join lateral (select payments.sort_key(s.sorted_by, change.date, change.created_at, change.updated_at) as key offset 0) k
    left join lateral (
         select m.key, m.id from payments.tally_mark m
          where s.sorted_by <> '' and m.shard = change.shard and m.organization_id = change.organization_id
            and m.sorted_by = s.sorted_by and (m.key, m.id) <= (k.key, change.id)
          order by m.key desc, m.id desc limit 1) m on true
$$;

CREATE FUNCTION payments.note_tally() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.currency, old.date, old.created_at, old.updated_at)
         = (new.type, new.currency, new.date, new.created_at, new.updated_at)
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into payments.tally_change (shard, organization_id, n, id, type, currency, date, created_at, updated_at)
      values (old.shard, old.organization_id, -1, old.id, old.type, old.currency, old.date, old.created_at, old.updated_at);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into payments.tally_change (shard, organization_id, n, id, type, currency, date, created_at, updated_at)
      values (new.shard, new.organization_id, 1, new.id, new.type, new.currency, new.date, new.created_at, new.updated_at);
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION payments.owner_of(payment uuid, payment_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select p.organization_id from payments.payment p where p.shard = payment_shard and p.id = payment
$$;

CREATE FUNCTION payments.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'the journal is only ever added to' using errcode = 'BH002';
end $$;

CREATE FUNCTION payments.sort_key(sorted_by text, date timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select case sorted_by
    when 'date' then documents.instant_key(date)
    when 'created_at' then documents.instant_key(created_at)
    when 'updated_at' then documents.instant_key(updated_at)
    else '' end collate "C"
$$;

CREATE FUNCTION payments.split_tally(of_shard integer, of_organization uuid, of_order text, from_key text, from_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $_$
declare
  place text := case of_order when 'id' then 'p.id' else format('(p.%I, p.id)', of_order) end;
  mark text := case of_order when 'id' then '%2$L::uuid' else '(timestamptz %1$L, %2$L::uuid)' end;
  bounds text := '';
  below record;
begin
  select m.key, m.id into below from payments.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and (m.key, m.id) > (from_key, from_id) order by m.key, m.id limit 1;
  if from_id <> uuid '00000000-0000-0000-0000-000000000000' then
    bounds := format(' and %s >= ', place) || format(mark, from_key || '+00', from_id);
  end if;
  if below.id is not null then
    bounds := bounds || format(' and %s < ', place) || format(mark, below.key || '+00', below.id);
  end if;
  delete from payments.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and m.key = from_key and m.id = from_id;
  execute format($q$
    with own as materialized (
      select p.id, p.type, p.currency, payments.sort_key($3, p.date, p.created_at, p.updated_at) as key,
             row_number() over (order by %1$s) - 1 as place
        from payments.payment p
       where p.shard = $1 and p.organization_id = $2 and p.deleted_at is null %2$s),
    mark as materialized (
      select 0::bigint as place, $4::text collate "C" as key, $5::uuid as id
       union all
      select place, key, id from own where place > 0 and place %% 2500 = 0),
    pending as (
      select c.*, payments.sort_key($3, c.date, c.created_at, c.updated_at) collate "C" as key
        from payments.tally_change c where c.shard = $1 and c.organization_id = $2),
    cell as (
      select m.key, m.id, o.type, o.currency, 1 as n
        from own o join mark m on m.place = o.place - o.place %% 2500
       union all
      select m.key, m.id, p.type, p.currency, -p.n
        from pending p
       cross join lateral (select key, id from mark where (mark.key, mark.id) <= (p.key, p.id)
                            order by mark.key desc, mark.id desc limit 1) m
       where $6::text is null or (p.key, p.id) < ($6::text collate "C", $7::uuid))
    insert into payments.tally_mark
    select $1, $2, $3, key, id, type, currency, sum(n) from cell group by key, id, type, currency having sum(n) <> 0
    $q$, place, bounds)
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
end $_$;

CREATE FUNCTION payments.tallies_due(at_least integer) RETURNS TABLE(shard integer, organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  select c.shard, c.organization_id from payments.tally_change c group by c.shard, c.organization_id having count(*) >= at_least
$$;

CREATE FUNCTION payments.tally_anew(of_shard integer, of_organization uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare of_order text;
begin
  perform pg_advisory_xact_lock(hashtextextended(of_organization::text, 44));
  delete from payments.tally_mark m where m.shard = of_shard and m.organization_id = of_organization;
  insert into payments.tally_mark
  select of_shard, of_organization, '', '', uuid '00000000-0000-0000-0000-000000000000', x.type, x.currency, sum(x.n)
    from (select p.type, p.currency, 1 as n from payments.payment p
           where p.shard = of_shard and p.organization_id = of_organization and p.deleted_at is null
           union all
          select c.type, c.currency, -c.n from payments.tally_change c
           where c.shard = of_shard and c.organization_id = of_organization) x
   group by x.type, x.currency having sum(x.n) <> 0;
  foreach of_order in array array['id', 'date', 'created_at', 'updated_at'] loop
    perform payments.split_tally(of_shard, of_organization, of_order, '', uuid '00000000-0000-0000-0000-000000000000');
  end loop;
end $$;

CREATE FUNCTION processing.due(at timestamp with time zone, most integer) RETURNS TABLE(organization_id uuid, intent_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  (select i.organization_id, i.id from processing.intent i where i.look_at <= at order by i.look_at limit most)
  union
  (select r.organization_id, r.intent_id from processing.refund r where r.look_at <= at order by r.look_at limit most)
$$;

CREATE FUNCTION processing.enter_link(link text) RETURNS TABLE(organization_id uuid, intent_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  select i.organization_id, i.id into organization_id, intent_id from processing.intent i where i.token = link;
  perform set_config('billhook.organization', coalesce(organization_id::text, ''), false);
  if organization_id is not null then return next; end if;
end $$;

CREATE FUNCTION processing.merchant_named(remote text, platform uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select m.id from processing.merchant m where m.remote_id = remote and (platform is null or m.platform_id = platform)
$$;

CREATE FUNCTION processing.owner_of(intent uuid, intent_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select i.organization_id from processing.intent i where i.shard = intent_shard and i.id = intent
$$;

CREATE FUNCTION processing.owner_of_merchant(merchant uuid, merchant_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select m.organization_id from processing.merchant m where m.shard = merchant_shard and m.id = merchant
$$;

CREATE FUNCTION public.bare_code(written text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select left(lower(regexp_replace(written, '[^0-9A-Za-z]', '', 'g')), 60)
$$;

CREATE FUNCTION public.business_day(at timestamp with time zone, zone text) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select case when (at at time zone 'UTC')::time = time '00:00' then (at at time zone 'UTC')::date
              else (at at time zone zone)::date end
$$;

CREATE FUNCTION public.search_query(shard integer, term text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select (string_agg(format('''%s.%s'':*', to_hex(shard), w), ' & ')
          || case when term ~ '[0-9]' then format(' | ''%s.%s'':*', to_hex(shard), public.bare_code(term)) else '' end)::tsquery
    from (select w from unnest(public.words(left(term, 200))) w limit 12) as words
$$;

CREATE FUNCTION public.search_vector(shard integer, written text, codes text[]) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array_to_tsvector(array(
    select distinct to_hex(shard) || '.' || w
      from unnest(public.words(written) || array(select public.bare_code(c) from unnest(codes) c)) w where w <> ''))
$$;

CREATE FUNCTION public.tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ select nullif(current_setting('billhook.organization', true), '')::uuid $$;

CREATE FUNCTION public.words(written text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select array(select distinct left(w, 60)
                 from regexp_split_to_table(
                        lower(regexp_replace(normalize(left(written, 4000), NFKD), U&'[\0300-\036f]', '', 'g')),
                        '[\s!-/:-@\[-`{-~]+') w
                where w <> '')
$$;

CREATE FUNCTION recurring.owner_of(recurrence uuid, recurrence_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select r.organization_id from recurring.recurrence r where r.shard = recurrence_shard and r.id = recurrence
$$;

CREATE FUNCTION recurring.take_due(at timestamp with time zone, hold_until timestamp with time zone, most integer) RETURNS TABLE(organization_id uuid, recurrence_id uuid, account_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  update recurring.recurrence r set held_until = hold_until
    from (select due.shard, due.id from recurring.recurrence due
            join organizations.organization o on o.shard = due.shard and o.id = due.organization_id and o.active
           where due.deleted_at is null and due.next_date <= (at at time zone 'UTC')::date + 1
             and due.next_date <= (at at time zone o.timezone)::date
             and (due.held_until is null or due.held_until <= at)
           order by due.next_date limit most for update of due skip locked) taken
   where r.shard = taken.shard and r.id = taken.id
  returning r.organization_id, r.id, r.account_id
$$;

CREATE FUNCTION transfer.owner_of(import uuid, import_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select i.organization_id from transfer.import i where i.shard = import_shard and i.id = import
$$;

CREATE FUNCTION unbilled.owner_of(item uuid, item_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select i.organization_id from unbilled.item i where i.shard = item_shard and i.id = item
$$;

CREATE FUNCTION units.owner_of(unit uuid, unit_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select u.organization_id from units.unit u where u.shard = unit_shard and u.id = unit
$$;

CREATE FUNCTION usage.months(actor uuid, since timestamp with time zone) RETURNS TABLE(year integer, month integer, documents_count bigint, organizations_count bigint, organizations jsonb, totals jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 24
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with mine as (
    select o.shard, o.id, o.name, o.timezone from organizations.organization o
     where o.root_account_id = actor or o.account_id = actor),
  issued as (
    select extract(year from t.at)::int as year, extract(month from t.at)::int as month, m.id, m.name, d.currency, d.exponent,
           count(*) as documents,
           sum(case d.type when 'invoice' then d.total when 'credit-note' then -d.total else 0 end) as total
      from mine m
      join documents.document d on d.shard = m.shard and d.organization_id = m.id
     cross join lateral (select d.issued_at at time zone m.timezone as at) t
     where not d.draft and not d.incoming and d.deleted_at is null and d.issued_at >= since
     group by 1, 2, 3, 4, 5, 6),
  by_organization as (
    select i.year, i.month, i.id, i.name, sum(i.documents) as documents from issued i group by 1, 2, 3, 4),
  by_currency as (
    select i.year, i.month, i.currency, i.exponent, sum(i.total) as total from issued i group by 1, 2, 3, 4)
  select o.year, o.month, sum(o.documents)::bigint, count(*),
         jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'documents_count', o.documents) order by o.id),
         (select jsonb_agg(jsonb_build_object('currency', c.currency, 'exponent', c.exponent, 'total', c.total) order by c.currency)
            from by_currency c where c.year = o.year and c.month = o.month)
    from by_organization o group by o.year, o.month
$$;

CREATE FUNCTION webhooks.end_turn(of_shard integer, endpoint uuid, lease timestamp with time zone, moment timestamp with time zone, slow boolean, unreached_now integer, hold timestamp with time zone, succeeded boolean, failed boolean, recovered boolean, patience interval) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
begin
  perform from webhooks.endpoint e where e.shard = of_shard and e.id = endpoint and e.leased_until = lease for update;
  if not found then return false; end if;
  if recovered then
    update webhooks.delivery d set run_at = moment
     where d.shard = of_shard and d.endpoint_id = endpoint and d.state = 'waiting' and d.run_at > moment;
  end if;
  update webhooks.endpoint e
     set leased_until = null, is_slow = slow, unreached = unreached_now,
         failing_since = case when succeeded then null when failed then coalesce(e.failing_since, moment) else e.failing_since end,
         paused_at = case when failed and not succeeded and e.failing_since < moment - patience then moment else e.paused_at end,
         due_at = (select greatest(min(d.run_at), hold) from webhooks.delivery d
                    where d.shard = of_shard and d.endpoint_id = endpoint and d.state = 'waiting')
   where e.shard = of_shard and e.id = endpoint;
  return true;
end $$;

CREATE FUNCTION webhooks.fan_out(moment timestamp with time zone, most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  horizon constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
  present constant int := (select max(a.era) from events.era a);
  shards int[];
  organizations uuid[];
  one record;
  reached record;
  made bigint;
begin
  with gone as (
    delete from webhooks.pending p
     where p.ctid = any(array(select q.ctid from webhooks.pending q
                               where (q.era, q.xid) < (present, horizon) limit most for update skip locked))
    returning p.shard, p.organization_id)
  select array_agg(g.shard), array_agg(g.organization_id) into shards, organizations from (select distinct * from gone) g;
  for one in
    select e.* from unnest(shards, organizations) o(shard, id)
      join webhooks.endpoint e on e.shard = o.shard and e.organization_id = o.id
     where e.enabled and e.paused_at is null and e.deleted_at is null
     order by e.shard, e.id for update of e
  loop
    with seen as (
      select v.* from events.event v
       where v.shard = one.shard and v.organization_id = one.organization_id
         and (v.era, v.xid, v.sequence) > (one.era, one.xid, one.sequence) and (v.era, v.xid) < (present, horizon)
       order by v.era, v.xid, v.sequence limit 2000),
    made as (
      insert into webhooks.delivery (shard, organization_id, endpoint_id, era, xid, sequence, type, state, run_at, created_at)
      select s.shard, s.organization_id, one.id, s.era, s.xid, s.sequence, s.type, 'waiting', moment, moment
        from seen s where webhooks.wants(one.events, s.type, s.change)
      on conflict do nothing
      returning 1)
    select s.era, s.xid, s.sequence, (select count(*) from seen) as scanned, (select count(*) from made) as made
      into reached from seen s order by s.era desc, s.xid desc, s.sequence desc limit 1;
    continue when reached.era is null;
    made := reached.made;
    update webhooks.endpoint e
       set era = reached.era, xid = reached.xid, sequence = reached.sequence,
           due_at = case when made > 0 then coalesce(e.due_at, moment) else e.due_at end
     where e.shard = one.shard and e.id = one.id;
    if reached.scanned = 2000 then
      insert into webhooks.pending values (one.shard, one.organization_id, 0, '0');
    end if;
  end loop;
  return coalesce(cardinality(organizations), 0);
end $$;

CREATE FUNCTION webhooks.forget(before timestamp with time zone, most integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  with gone as (
    delete from webhooks.delivery d
     where (d.shard, d.endpoint_id, d.era, d.xid, d.sequence) in (
           select o.shard, o.endpoint_id, o.era, o.xid, o.sequence from webhooks.delivery o
            where o.state <> 'waiting' and o.created_at < before limit most)
    returning 1)
  select count(*) from gone
$$;

CREATE FUNCTION webhooks.look_for_missed() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  insert into webhooks.pending
  select distinct e.shard, e.organization_id, 0, '0'::xid8 from webhooks.endpoint e
   where e.enabled and e.paused_at is null and e.deleted_at is null
     and exists (select from events.event v
                  where v.shard = e.shard and v.organization_id = e.organization_id
                    and (v.era, v.xid, v.sequence) > (e.era, e.xid, e.sequence)
                    and (v.era, v.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot())))
$$;

CREATE FUNCTION webhooks.note_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
begin
  if exists (select from webhooks.endpoint e
              where e.shard = new.shard and e.organization_id = new.organization_id
                and e.enabled and e.paused_at is null and e.deleted_at is null)
  then
    insert into webhooks.pending values (new.shard, new.organization_id, new.era, new.xid);
  end if;
  return null;
end $$;

CREATE FUNCTION webhooks.owner_of(endpoint uuid, endpoint_shard integer) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    AS $$
  select e.organization_id from webhooks.endpoint e where e.shard = endpoint_shard and e.id = endpoint
$$;

CREATE FUNCTION webhooks.take_turns(moment timestamp with time zone, slow boolean, most integer, lease_seconds integer) RETURNS TABLE(organization_id uuid, endpoint_id uuid, url text, secret bytea, previous_secret bytea, unreached integer, leased_until timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
  update webhooks.endpoint e set leased_until = moment + make_interval(secs => lease_seconds)
    from (select w.shard, w.id from webhooks.endpoint w
           where w.is_slow = slow and w.due_at <= moment and w.enabled and w.paused_at is null and w.deleted_at is null
             and (w.leased_until is null or w.leased_until <= moment)
           order by w.due_at limit most for update skip locked) taken
   where e.shard = taken.shard and e.id = taken.id
  returning e.organization_id, e.id, e.url, e.secret, case when e.previous_until > moment then e.previous_secret end,
            e.unreached, e.leased_until
$$;

CREATE FUNCTION webhooks.wants(wishes text[], type text, change text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select wishes && array['*', type, split_part(type, '.', 1) || '.*', split_part(type, '.', 1) || '/*',
                         split_part(type, '.', 1) || '/' || change]
$$;

CREATE TABLE accounts.access_token (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    purpose text DEFAULT 'access'::text NOT NULL,
    ttl_seconds bigint NOT NULL,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT access_token_purpose_check CHECK ((purpose = ANY (ARRAY['access'::text, 'reset'::text, 'confirm'::text])))
);

CREATE TABLE accounts.account (
    id uuid NOT NULL,
    root_id uuid NOT NULL,
    parent_id uuid,
    email text NOT NULL,
    password_hash text NOT NULL,
    email_verified boolean DEFAULT false NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    profile jsonb DEFAULT '{}'::jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    email_assumed boolean DEFAULT false NOT NULL,
    CONSTRAINT account_email_check CHECK ((email = lower(email)))
);

CREATE TABLE accounts.login_failure (
    key bytea NOT NULL,
    failures integer NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE attachments.attachment (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    document_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE catalog.item (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    sku text,
    description text DEFAULT ''::text NOT NULL,
    unit text,
    price numeric,
    price_gross numeric,
    tax_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    l10n jsonb DEFAULT '{}'::jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    type text,
    purchase_price numeric,
    purchase_price_gross numeric,
    classification text,
    ean text,
    data jsonb DEFAULT '[]'::jsonb NOT NULL,
    search tsvector GENERATED ALWAYS AS (public.search_vector(shard, ((((((((name || ' '::text) || COALESCE(sku, ''::text)) || ' '::text) || COALESCE(ean, ''::text)) || ' '::text) || COALESCE(classification, ''::text)) || ' '::text) || "left"(description, 500)), ARRAY[sku, ean])) STORED NOT NULL,
    CONSTRAINT item_type_check CHECK ((type = ANY (ARRAY['sold'::text, 'bought'::text, 'both'::text])))
);

CREATE TABLE catalog.tax (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    abbreviation text DEFAULT ''::text NOT NULL,
    classification text DEFAULT ''::text NOT NULL,
    country_code text,
    tax_number text,
    recoverable boolean DEFAULT true NOT NULL,
    compound boolean DEFAULT false NOT NULL,
    rates jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    country text,
    used boolean DEFAULT false NOT NULL
);

CREATE TABLE categories.category (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    alias text NOT NULL,
    description text,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE categories.share (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    document_id uuid NOT NULL,
    category_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    date timestamp with time zone NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE clients.client (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    email text,
    country_code text,
    identity jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    data jsonb DEFAULT '[]'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    type text,
    contact text,
    note text,
    is_end_customer boolean DEFAULT false NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    checks jsonb DEFAULT '[]'::jsonb NOT NULL,
    search tsvector GENERATED ALWAYS AS (public.search_vector(shard, ((((((((((((((name || ' '::text) || COALESCE(email, ''::text)) || ' '::text) || COALESCE(contact, ''::text)) || ' '::text) || COALESCE((identity ->> 'address'::text), ''::text)) || ' '::text) || COALESCE((identity ->> 'zip'::text), ''::text)) || ' '::text) || COALESCE((identity ->> 'city'::text), ''::text)) || ' '::text) || COALESCE((identity ->> 'tax_number'::text), ''::text)) || ' '::text) || COALESCE((identity ->> 'company_number'::text), ''::text)), ARRAY[(identity ->> 'tax_number'::text), (identity ->> 'company_number'::text), (identity ->> 'phone'::text)])) STORED NOT NULL,
    tax_number text GENERATED ALWAYS AS ((identity ->> 'tax_number'::text)) STORED,
    CONSTRAINT client_type_check CHECK ((type = ANY (ARRAY['customer'::text, 'supplier'::text, 'both'::text])))
);

CREATE TABLE credentials.api_client (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    secret_hash bytea NOT NULL,
    hint text NOT NULL,
    redirect_uris text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE credentials.code (
    hash bytea NOT NULL,
    client_id uuid NOT NULL,
    account_id uuid NOT NULL,
    redirect_uri text NOT NULL,
    scopes text[] NOT NULL,
    challenge text,
    used boolean DEFAULT false NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE credentials.permission (
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    account_id uuid NOT NULL,
    scopes text[] NOT NULL,
    code_hash bytea NOT NULL,
    refresh_hash bytea NOT NULL,
    access_hash bytea NOT NULL,
    access_scopes text[] NOT NULL,
    access_expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE delivery.caught (
    id bigint NOT NULL,
    sender text NOT NULL,
    recipients text[] NOT NULL,
    subject text NOT NULL,
    raw bytea NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE delivery.caught ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME delivery.caught_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE delivery.email (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    document_id uuid,
    job_id bigint NOT NULL,
    kind text NOT NULL,
    recipients text[] NOT NULL,
    accepted text[] DEFAULT '{}'::text[] NOT NULL,
    refused text[] DEFAULT '{}'::text[] NOT NULL,
    subject text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    message_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT email_state_check CHECK ((state = ANY (ARRAY['sending'::text, 'sent'::text, 'retrying'::text, 'failed'::text])))
);

CREATE TABLE delivery.reminder (
    shard integer NOT NULL,
    document_id uuid NOT NULL,
    occasion text NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE documents.common_term (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    term bigint NOT NULL
);

CREATE TABLE documents.counter (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    type text NOT NULL,
    series text NOT NULL,
    year integer NOT NULL,
    last bigint NOT NULL
);

CREATE TABLE documents.rendering (
    shard integer NOT NULL,
    document_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    language text NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE documents.tally_mark (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    sorted_by text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    id uuid NOT NULL,
    type text NOT NULL,
    draft boolean NOT NULL,
    incoming boolean NOT NULL,
    canceled boolean NOT NULL,
    paid_in_full boolean NOT NULL,
    currency text NOT NULL,
    date_year integer NOT NULL,
    n bigint NOT NULL,
    sent_snail_mail boolean NOT NULL,
    has_unit boolean NOT NULL,
    decimal_places smallint NOT NULL
);

CREATE VIEW documents.tally WITH (security_invoker='true') AS
 SELECT tally_mark.shard,
    tally_mark.organization_id,
    tally_mark.sorted_by,
    tally_mark.key,
    tally_mark.id,
    tally_mark.type,
    tally_mark.draft,
    tally_mark.incoming,
    tally_mark.canceled,
    tally_mark.sent_snail_mail,
    tally_mark.has_unit,
    tally_mark.decimal_places,
    tally_mark.paid_in_full,
    tally_mark.currency,
    tally_mark.date_year,
    NULL::timestamp with time zone AS deleted_at,
    tally_mark.n
   FROM documents.tally_mark
UNION ALL
 SELECT c.shard,
    c.organization_id,
    m.sorted_by,
    m.key,
    m.id,
    c.type,
    c.draft,
    c.incoming,
    c.canceled,
    c.sent_snail_mail,
    c.has_unit,
    c.decimal_places,
    c.paid_in_full,
    c.currency,
    c.date_year,
    NULL::timestamp with time zone AS deleted_at,
    c.n
   FROM (documents.tally_change c
     CROSS JOIN LATERAL documents.marks_of(c.*) m(sorted_by, key, id));

ALTER TABLE documents.tally_change ALTER COLUMN at ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME documents.tally_change_at_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE documents.term_mark (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    term bigint NOT NULL,
    id uuid NOT NULL,
    n bigint NOT NULL
);

CREATE VIEW documents.term_tally WITH (security_invoker='true') AS
 SELECT term_mark.shard,
    term_mark.organization_id,
    term_mark.term,
    term_mark.id,
    term_mark.n
   FROM documents.term_mark
UNION ALL
 SELECT c.shard,
    c.organization_id,
    t.term,
    COALESCE(m.id, '00000000-0000-0000-0000-000000000000'::uuid) AS id,
    c.n
   FROM ((documents.tally_change c
     CROSS JOIN LATERAL unnest(c.terms) t(term))
     LEFT JOIN LATERAL ( SELECT m_1.id
           FROM documents.tally_mark m_1
          WHERE ((m_1.shard = c.shard) AND (m_1.organization_id = c.organization_id) AND (m_1.sorted_by = 'id'::text) AND (m_1.key = ''::text) AND (m_1.id <= c.id))
          ORDER BY m_1.id DESC
         LIMIT 1) m ON (true));

CREATE TABLE events.era (
    era integer NOT NULL,
    cluster bigint NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT era_era_check CHECK (((era >= 1) AND (era <= 4095)))
);

CREATE TABLE events.event (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    era integer NOT NULL,
    xid xid8 NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    change text NOT NULL,
    at timestamp with time zone NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT event_change_check CHECK ((change = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text])))
);

ALTER TABLE events.event ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME events.event_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE exchange.alternative (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    base text NOT NULL,
    currency text NOT NULL,
    provider text,
    rate numeric NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT alternative_base_check CHECK ((base ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT alternative_check CHECK (((currency ~ '^[A-Z]{3}$'::text) AND (currency <> base))),
    CONSTRAINT alternative_rate_check CHECK ((rate > (0)::numeric))
);

CREATE TABLE exchange.rate (
    currency text NOT NULL,
    day date NOT NULL,
    source text NOT NULL,
    rate numeric NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    CONSTRAINT rate_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT rate_rate_check CHECK ((rate > (0)::numeric))
);

CREATE TABLE files.blob (
    sha256 bytea NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE idempotency.answer (
    account_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    operation_id uuid NOT NULL,
    status smallint,
    media_type text NOT NULL,
    body bytea NOT NULL,
    made boolean NOT NULL,
    leased_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT answer_check CHECK (((status IS NULL) = (leased_until IS NOT NULL)))
);

CREATE TABLE jobs.job (
    id bigint NOT NULL,
    kind text NOT NULL,
    organization_id uuid,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 8 NOT NULL,
    state text DEFAULT 'due'::text NOT NULL,
    run_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['due'::text, 'running'::text, 'dead'::text])))
);

ALTER TABLE jobs.job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME jobs.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE jobs.tick (
    task text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE organizations.access (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid,
    role text DEFAULT 'default'::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    rejected boolean DEFAULT false NOT NULL,
    inviter_id uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    invitation_email text,
    invitation_hash bytea,
    inviter_root_id uuid,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT access_invitation_email_check CHECK ((invitation_email = lower(invitation_email))),
    CONSTRAINT access_names_somebody CHECK (((account_id IS NOT NULL) OR (invitation_email IS NOT NULL))),
    CONSTRAINT access_role_check CHECK ((role = ANY (ARRAY['default'::text, 'admin'::text, 'readonly'::text])))
);

CREATE TABLE organizations.image (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    sha256 bytea NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT image_kind_check CHECK ((kind = ANY (ARRAY['logo'::text, 'signature'::text])))
);

CREATE TABLE organizations.setting (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    value jsonb,
    description text,
    l10n jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE payments.chain (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    sequence bigint NOT NULL,
    hash bytea NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE payments.payment (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    document_id uuid,
    type text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    date timestamp with time zone NOT NULL,
    note text,
    tag text,
    transaction_id text,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    credit_id uuid,
    surcharge bigint DEFAULT 0 NOT NULL,
    CONSTRAINT payment_of_credit CHECK (((type = 'credit'::text) = (credit_id IS NOT NULL))),
    CONSTRAINT payment_type_check CHECK ((type = ANY (ARRAY['bank'::text, 'online'::text, 'paypal'::text, 'cash'::text, 'card'::text, 'crypto'::text, 'coupon'::text, 'other'::text, 'credit'::text])))
);

CREATE TABLE payments.tally_mark (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    sorted_by text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    id uuid NOT NULL,
    type text NOT NULL,
    currency text NOT NULL,
    n bigint NOT NULL
);

CREATE VIEW payments.tally WITH (security_invoker='true') AS
 SELECT tally_mark.shard,
    tally_mark.organization_id,
    tally_mark.sorted_by,
    tally_mark.key,
    tally_mark.id,
    tally_mark.type,
    tally_mark.currency,
    tally_mark.n
   FROM payments.tally_mark
UNION ALL
 SELECT c.shard,
    c.organization_id,
    m.sorted_by,
    m.key,
    m.id,
    c.type,
    c.currency,
    c.n
   FROM (payments.tally_change c
     CROSS JOIN LATERAL payments.marks_of(c.*) m(sorted_by, key, id));

ALTER TABLE payments.tally_change ALTER COLUMN at ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.tally_change_at_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE processing.intent (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    document_id uuid,
    token text NOT NULL,
    status text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    application_fee bigint NOT NULL,
    operator_fee bigint NOT NULL,
    reference text DEFAULT ''::text NOT NULL,
    return_url text,
    allow_recurring boolean DEFAULT false NOT NULL,
    initial_intent_id uuid,
    saved jsonb,
    consent jsonb,
    attempt integer DEFAULT 0 NOT NULL,
    remote_id text,
    page_url text,
    failure jsonb,
    payment_id uuid,
    refunded bigint DEFAULT 0 NOT NULL,
    disputed bigint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    look_at timestamp with time zone,
    settled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    settlements integer DEFAULT 0 NOT NULL,
    embedded boolean DEFAULT false NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    begun_at timestamp with time zone,
    surcharge bigint DEFAULT 0 NOT NULL,
    surcharge_percentage numeric,
    CONSTRAINT intent_amount_check CHECK ((amount > 0)),
    CONSTRAINT intent_check CHECK (((application_fee >= 0) AND (operator_fee >= 0) AND ((application_fee + operator_fee) <= amount))),
    CONSTRAINT intent_status_check CHECK ((status = ANY (ARRAY['initiated'::text, 'requires_action'::text, 'processing'::text, 'succeeded'::text, 'captured'::text, 'failed'::text, 'expired'::text, 'canceled'::text]))),
    CONSTRAINT surcharge_within CHECK (((surcharge >= 0) AND ((surcharge = 0) OR (surcharge < amount))))
);

CREATE TABLE processing.merchant (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    remote_id text,
    charges_enabled boolean DEFAULT false NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE processing.method (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    client_id uuid NOT NULL,
    automatic boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE processing.notice (
    platform_id uuid NOT NULL,
    event_id text NOT NULL,
    kind text NOT NULL,
    reference uuid,
    received_at timestamp with time zone NOT NULL
);

CREATE TABLE processing.platform (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    gateway text NOT NULL,
    environment text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    approved boolean NOT NULL,
    application_fee numeric NOT NULL,
    refund_fee text DEFAULT 'keep'::text NOT NULL,
    return_url text,
    remote_id text NOT NULL,
    credentials bytea NOT NULL,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    face text DEFAULT 'processing'::text NOT NULL,
    verification jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT platform_application_fee_check CHECK (((application_fee >= (0)::numeric) AND (application_fee <= (99)::numeric))),
    CONSTRAINT platform_environment_check CHECK ((environment = ANY (ARRAY['sandbox'::text, 'production'::text]))),
    CONSTRAINT platform_face_check CHECK ((face = ANY (ARRAY['processing'::text, 'connect'::text]))),
    CONSTRAINT platform_refund_fee_check CHECK ((refund_fee = ANY (ARRAY['keep'::text, 'pro_rata'::text, 'full'::text])))
);

CREATE TABLE processing.refund (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    intent_id uuid NOT NULL,
    amount bigint NOT NULL,
    fee bigint DEFAULT 0 NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    reason text,
    status text NOT NULL,
    remote_id text,
    payment_id uuid,
    look_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    surcharge bigint DEFAULT 0 NOT NULL,
    CONSTRAINT refund_amount_check CHECK ((amount > 0)),
    CONSTRAINT refund_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'pending'::text, 'succeeded'::text, 'failed'::text]))),
    CONSTRAINT surcharge_within CHECK (((surcharge >= 0) AND ((surcharge = 0) OR (surcharge < amount))))
);

CREATE TABLE processing.transaction (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    intent_id uuid NOT NULL,
    document_id uuid,
    gateway text NOT NULL,
    kind text NOT NULL,
    type text GENERATED ALWAYS AS (
CASE
    WHEN (kind = ANY (ARRAY['payment'::text, 'fee_refund'::text, 'dispute_won'::text])) THEN 'credit'::text
    ELSE 'debit'::text
END) STORED NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    exponent smallint NOT NULL,
    processor_id text NOT NULL,
    date timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT transaction_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'application_fee'::text, 'operator_fee'::text, 'refund'::text, 'fee_refund'::text, 'dispute'::text, 'dispute_won'::text])))
);

CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE recurring.period (
    shard integer NOT NULL,
    recurrence_id uuid NOT NULL,
    date date NOT NULL,
    organization_id uuid NOT NULL,
    iteration integer NOT NULL,
    document_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE recurring.recurrence (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    document_id uuid NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    first_date date NOT NULL,
    periods integer NOT NULL,
    auto_send boolean NOT NULL,
    notify boolean NOT NULL,
    save_as_draft boolean NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    made integer DEFAULT 0 NOT NULL,
    next_date date,
    held_until timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    failed_at timestamp with time zone,
    last_error text,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT recurrence_type_check CHECK ((type = ANY (ARRAY['week'::text, 'month'::text, 'year'::text])))
);

CREATE TABLE sandbox.object (
    id text NOT NULL,
    kind text NOT NULL,
    token text,
    body jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT object_kind_check CHECK ((kind = ANY (ARRAY['platform'::text, 'merchant'::text, 'payment'::text, 'method'::text])))
);

CREATE TABLE sandbox.request (
    platform text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    subject text NOT NULL
);

CREATE TABLE transfer.import (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    account_id uuid NOT NULL,
    type text NOT NULL,
    state text NOT NULL,
    file_name text NOT NULL,
    rows integer DEFAULT 0 NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    faults jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT import_state_check CHECK ((state = ANY (ARRAY['checking'::text, 'importing'::text, 'done'::text, 'failed'::text]))),
    CONSTRAINT import_type_check CHECK ((type = ANY (ARRAY['client'::text, 'item'::text, 'payment'::text])))
);

CREATE TABLE transfer.line (
    shard integer NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    entry_id uuid NOT NULL,
    key text,
    content jsonb NOT NULL,
    match uuid,
    document_id uuid,
    currency text,
    exponent smallint,
    amount bigint
);

CREATE TABLE unbilled.item (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    client_id uuid NOT NULL,
    title text NOT NULL,
    quantity numeric NOT NULL,
    unit_amount numeric NOT NULL,
    tax_rate numeric,
    document_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT item_quantity_check CHECK ((quantity > (0)::numeric)),
    CONSTRAINT item_unit_amount_check CHECK ((unit_amount >= (0)::numeric))
);

CREATE TABLE units.image (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    kind text NOT NULL,
    sha256 bytea NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT image_kind_check CHECK ((kind = ANY (ARRAY['logo'::text, 'signature'::text])))
);

CREATE TABLE units.unit (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    identity jsonb NOT NULL,
    custom jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE usage.request (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    method text NOT NULL,
    host text NOT NULL,
    origin text,
    url text NOT NULL,
    ip text NOT NULL,
    query jsonb DEFAULT '{}'::jsonb NOT NULL,
    status integer NOT NULL,
    code text,
    duration_ms integer NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE webhooks.attempt (
    shard integer NOT NULL,
    id bigint NOT NULL,
    organization_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    era integer NOT NULL,
    xid xid8 NOT NULL,
    sequence bigint NOT NULL,
    url text NOT NULL,
    at timestamp with time zone NOT NULL,
    milliseconds integer NOT NULL,
    status integer,
    answer text,
    error text
);

ALTER TABLE webhooks.attempt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME webhooks.attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE webhooks.delivery (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    era integer NOT NULL,
    xid xid8 NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    run_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);

CREATE TABLE webhooks.endpoint (
    shard integer NOT NULL,
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    enabled boolean NOT NULL,
    secret bytea NOT NULL,
    hint text NOT NULL,
    previous_secret bytea,
    previous_until timestamp with time zone,
    era integer NOT NULL,
    xid xid8 NOT NULL,
    sequence bigint NOT NULL,
    due_at timestamp with time zone,
    leased_until timestamp with time zone,
    unreached integer DEFAULT 0 NOT NULL,
    is_slow boolean DEFAULT false NOT NULL,
    failing_since timestamp with time zone,
    paused_at timestamp with time zone,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE webhooks.pending (
    shard integer NOT NULL,
    organization_id uuid NOT NULL,
    era integer NOT NULL,
    xid xid8 NOT NULL
);

ALTER TABLE ONLY accounts.access_token
    ADD CONSTRAINT access_token_hash_key UNIQUE (hash);

ALTER TABLE ONLY accounts.access_token
    ADD CONSTRAINT access_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.login_failure
    ADD CONSTRAINT login_failure_pkey PRIMARY KEY (key);

ALTER TABLE ONLY attachments.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY catalog.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY catalog.tax
    ADD CONSTRAINT tax_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY categories.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY categories.share
    ADD CONSTRAINT share_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY clients.client
    ADD CONSTRAINT client_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY credentials.api_client
    ADD CONSTRAINT api_client_pkey PRIMARY KEY (id);

ALTER TABLE ONLY credentials.code
    ADD CONSTRAINT code_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY credentials.permission
    ADD CONSTRAINT permission_access_hash_key UNIQUE (access_hash);

ALTER TABLE ONLY credentials.permission
    ADD CONSTRAINT permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY credentials.permission
    ADD CONSTRAINT permission_refresh_hash_key UNIQUE (refresh_hash);

ALTER TABLE ONLY delivery.caught
    ADD CONSTRAINT caught_pkey PRIMARY KEY (id);

ALTER TABLE ONLY delivery.email
    ADD CONSTRAINT email_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY delivery.email
    ADD CONSTRAINT email_shard_job_id_key UNIQUE (shard, job_id);

ALTER TABLE ONLY delivery.reminder
    ADD CONSTRAINT reminder_pkey PRIMARY KEY (shard, document_id, occasion);

ALTER TABLE ONLY documents.common_term
    ADD CONSTRAINT common_term_pkey PRIMARY KEY (shard, organization_id, term);

ALTER TABLE ONLY documents.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (shard, organization_id, type, series, year);

ALTER TABLE ONLY documents.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY documents.rendering
    ADD CONSTRAINT rendering_pkey PRIMARY KEY (shard, document_id, language);

ALTER TABLE ONLY documents.tally_change
    ADD CONSTRAINT tally_change_pkey PRIMARY KEY (shard, organization_id, at);

ALTER TABLE ONLY documents.tally_mark
    ADD CONSTRAINT tally_mark_pkey PRIMARY KEY (shard, organization_id, sorted_by, key, id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year) INCLUDE (n);

ALTER TABLE ONLY documents.term_mark
    ADD CONSTRAINT term_mark_pkey PRIMARY KEY (shard, organization_id, term, id) INCLUDE (n);

ALTER TABLE ONLY events.era
    ADD CONSTRAINT era_pkey PRIMARY KEY (era);

ALTER TABLE ONLY events.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (shard, organization_id, era, xid, sequence);

ALTER TABLE ONLY exchange.alternative
    ADD CONSTRAINT alternative_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY exchange.alternative
    ADD CONSTRAINT alternative_shard_organization_id_base_currency_key UNIQUE (shard, organization_id, base, currency);

ALTER TABLE ONLY exchange.rate
    ADD CONSTRAINT rate_pkey PRIMARY KEY (currency, day, source);

ALTER TABLE ONLY files.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY idempotency.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY jobs.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY jobs.tick
    ADD CONSTRAINT tick_pkey PRIMARY KEY (task, at);

ALTER TABLE ONLY organizations.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY organizations.access
    ADD CONSTRAINT access_shard_organization_id_account_id_key UNIQUE (shard, organization_id, account_id);

ALTER TABLE ONLY organizations.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (shard, organization_id, kind);

ALTER TABLE ONLY organizations.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY organizations.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY organizations.setting
    ADD CONSTRAINT setting_shard_organization_id_name_key UNIQUE (shard, organization_id, name);

ALTER TABLE ONLY payments.chain
    ADD CONSTRAINT chain_pkey PRIMARY KEY (shard, organization_id);

ALTER TABLE ONLY payments.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY payments.entry
    ADD CONSTRAINT entry_shard_organization_id_sequence_key UNIQUE (shard, organization_id, sequence);

ALTER TABLE ONLY payments.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY payments.tally_change
    ADD CONSTRAINT tally_change_pkey PRIMARY KEY (shard, organization_id, at);

ALTER TABLE ONLY payments.tally_mark
    ADD CONSTRAINT tally_mark_pkey PRIMARY KEY (shard, organization_id, sorted_by, key, id, type, currency) INCLUDE (n);

ALTER TABLE ONLY processing.intent
    ADD CONSTRAINT intent_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY processing.merchant
    ADD CONSTRAINT merchant_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY processing.merchant
    ADD CONSTRAINT merchant_shard_organization_id_platform_id_key UNIQUE (shard, organization_id, platform_id);

ALTER TABLE ONLY processing.method
    ADD CONSTRAINT method_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY processing.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (platform_id, event_id);

ALTER TABLE ONLY processing.platform
    ADD CONSTRAINT platform_of_account UNIQUE (account_id, face);

ALTER TABLE ONLY processing.platform
    ADD CONSTRAINT platform_pkey PRIMARY KEY (id);

ALTER TABLE ONLY processing.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY processing.transaction
    ADD CONSTRAINT transaction_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY processing.transaction
    ADD CONSTRAINT transaction_shard_intent_id_kind_processor_id_key UNIQUE (shard, intent_id, kind, processor_id);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);

ALTER TABLE ONLY recurring.period
    ADD CONSTRAINT period_pkey PRIMARY KEY (shard, recurrence_id, date);

ALTER TABLE ONLY recurring.period
    ADD CONSTRAINT period_shard_recurrence_id_iteration_key UNIQUE (shard, recurrence_id, iteration);

ALTER TABLE ONLY recurring.recurrence
    ADD CONSTRAINT recurrence_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY sandbox.object
    ADD CONSTRAINT object_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sandbox.object
    ADD CONSTRAINT object_token_key UNIQUE (token);

ALTER TABLE ONLY sandbox.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (platform, key);

ALTER TABLE ONLY transfer.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY transfer.line
    ADD CONSTRAINT line_pkey PRIMARY KEY (shard, import_id, line);

ALTER TABLE ONLY unbilled.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY units.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (shard, unit_id, kind);

ALTER TABLE ONLY units.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (shard, id);

ALTER TABLE ONLY units.unit
    ADD CONSTRAINT unit_prefix UNIQUE (shard, organization_id, prefix);

ALTER TABLE ONLY usage.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY webhooks.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (shard, endpoint_id, era, xid, sequence, id);

ALTER TABLE ONLY webhooks.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (shard, endpoint_id, era, xid, sequence);

ALTER TABLE ONLY webhooks.endpoint
    ADD CONSTRAINT endpoint_pkey PRIMARY KEY (shard, id);

CREATE INDEX access_token_account ON accounts.access_token USING btree (account_id, id);

CREATE UNIQUE INDEX account_email ON accounts.account USING btree (email);

CREATE INDEX account_root ON accounts.account USING btree (root_id, id);

CREATE INDEX login_failure_until ON accounts.login_failure USING btree (until);

CREATE INDEX attachment_blob ON attachments.attachment USING btree (sha256);

CREATE INDEX attachment_of_document ON attachments.attachment USING btree (shard, document_id, id);

CREATE INDEX item_created ON catalog.item USING btree (shard, organization_id, created_at, id);

CREATE INDEX item_name ON catalog.item USING btree (shard, organization_id, name, id);

CREATE INDEX item_of_organization ON catalog.item USING btree (shard, organization_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX item_price ON catalog.item USING btree (shard, organization_id, price, id);

CREATE INDEX item_search ON catalog.item USING gin (search) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX item_sku ON catalog.item USING btree (shard, organization_id, sku) WHERE ((deleted_at IS NULL) AND (sku IS NOT NULL));

CREATE INDEX item_updated ON catalog.item USING btree (shard, organization_id, updated_at, id);

CREATE INDEX tax_of_organization ON catalog.tax USING btree (shard, organization_id, id);

CREATE UNIQUE INDEX category_alias ON categories.category USING btree (shard, organization_id, alias) WHERE (deleted_at IS NULL);

CREATE INDEX category_of_organization ON categories.category USING btree (shard, organization_id, id);

CREATE INDEX share_of_category ON categories.share USING btree (shard, category_id, date, id);

CREATE INDEX share_of_document ON categories.share USING btree (shard, document_id, id);

CREATE INDEX share_of_organization ON categories.share USING btree (shard, organization_id, id);

CREATE INDEX client_created ON clients.client USING btree (shard, organization_id, created_at, id);

CREATE INDEX client_email ON clients.client USING btree (shard, organization_id, lower(email)) WHERE ((deleted_at IS NULL) AND (email IS NOT NULL));

CREATE INDEX client_exact_email ON clients.client USING btree (shard, organization_id, email, id);

CREATE INDEX client_name ON clients.client USING btree (shard, organization_id, name, id);

CREATE INDEX client_of_organization ON clients.client USING btree (shard, organization_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX client_search ON clients.client USING gin (search) WHERE (deleted_at IS NULL);

CREATE INDEX client_tax_number ON clients.client USING btree (shard, organization_id, tax_number, id) WHERE (tax_number IS NOT NULL);

CREATE INDEX client_updated ON clients.client USING btree (shard, organization_id, updated_at, id);

CREATE INDEX api_client_of_account ON credentials.api_client USING btree (account_id, id);

CREATE INDEX code_expires ON credentials.code USING btree (expires_at);

CREATE INDEX permission_of_account ON credentials.permission USING btree (account_id, id);

CREATE INDEX permission_of_code ON credentials.permission USING btree (code_hash);

CREATE INDEX email_of_document ON delivery.email USING btree (shard, document_id, id);

CREATE INDEX document_accepted_at ON documents.document USING btree (shard, organization_id, accepted_at, id) WHERE ((accepted_at IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_by_account ON documents.document USING btree (shard, organization_id, account_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_client ON documents.document USING btree (shard, organization_id, (
CASE
    WHEN (client_id IS NULL) THEN '00000000-0000-0000-0000-000000000000'::uuid
    ELSE client_id
END), id) INCLUDE (client_id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_client_name ON documents.document USING btree (shard, organization_id, sort_client, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_converted ON documents.document USING btree (shard, organization_id, sort_converted, id) WHERE ((sort_converted IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_by_converted_with_tax ON documents.document USING btree (shard, organization_id, sort_converted_with_tax, id) WHERE ((sort_converted_with_tax IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_by_creation ON documents.document USING btree (shard, organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_credited ON documents.document USING btree (shard, organization_id, sort_credited, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_date ON documents.document USING btree (shard, organization_id, date, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_discount ON documents.document USING btree (shard, organization_id, sort_discount, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_due ON documents.document USING btree (shard, organization_id, (
CASE
    WHEN (date_due IS NULL) THEN '0001-01-01 00:00:00+00'::timestamp with time zone
    ELSE date_due
END), id) INCLUDE (date_due) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_id ON documents.document USING btree (shard, organization_id, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_issue ON documents.document USING btree (shard, organization_id, (
CASE
    WHEN (issued_at IS NULL) THEN '0001-01-01 00:00:00+00'::timestamp with time zone
    ELSE issued_at
END), id) INCLUDE (issued_at) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_net ON documents.document USING btree (shard, organization_id, sort_net, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_note ON documents.document USING btree (shard, organization_id, sort_note, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_number ON documents.document USING btree (shard, organization_id, (
CASE
    WHEN (number IS NULL) THEN ''::text
    ELSE number
END) COLLATE "C", id) INCLUDE (number) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_owed ON documents.document USING btree (shard, organization_id, sort_due, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_paid ON documents.document USING btree (shard, organization_id, sort_paid, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_reference ON documents.document USING btree (shard, organization_id, sort_reference, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_service ON documents.document USING btree (shard, organization_id, (
CASE
    WHEN (date_service IS NULL) THEN '0001-01-01 00:00:00+00'::timestamp with time zone
    ELSE date_service
END), id) INCLUDE (date_service) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_total ON documents.document USING btree (shard, organization_id, sort_total, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_by_update ON documents.document USING btree (shard, organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX document_canceled ON documents.document USING btree (shard, organization_id, id) WHERE (canceled AND (deleted_at IS NULL));

CREATE INDEX document_client ON documents.document USING btree (shard, organization_id, client_id, id);

CREATE INDEX document_credit ON documents.document USING btree (shard, organization_id, client_id, currency, id) WHERE ((NOT draft) AND (NOT incoming) AND (deleted_at IS NULL) AND (type = ANY (ARRAY['invoice'::text, 'advance'::text, 'credit-note'::text])) AND ((payments.direction(type, incoming) * total_due) < 0));

CREATE INDEX document_date_paid ON documents.document USING btree (shard, organization_id, date_paid, id) WHERE ((date_paid IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_date_received ON documents.document USING btree (shard, organization_id, date_received, id) WHERE ((date_received IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_date_service_to ON documents.document USING btree (shard, organization_id, date_service_to, id) WHERE ((date_service_to IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_date_valid_till ON documents.document USING btree (shard, organization_id, date_valid_till, id) WHERE ((date_valid_till IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_draft ON documents.document USING btree (shard, organization_id, id) WHERE (draft AND (deleted_at IS NULL));

CREATE INDEX document_incoming ON documents.document USING btree (shard, organization_id, date, id) WHERE (incoming AND (deleted_at IS NULL));

CREATE INDEX document_issued ON documents.document USING btree (shard, organization_id, type, date) INCLUDE (id, account_id, incoming, canceled, currency, exponent, total, total_with_tax) WHERE ((NOT draft) AND (deleted_at IS NULL));

CREATE UNIQUE INDEX document_number ON documents.document USING btree (shard, organization_id, type, number) WHERE ((NOT draft) AND (deleted_at IS NULL) AND (NOT incoming));

CREATE INDEX document_of_organization ON documents.document USING btree (shard, organization_id, id);

CREATE INDEX document_other_way ON documents.document USING btree (shard, organization_id, id) INCLUDE (type, incoming) WHERE (incoming OR (type = 'credit-note'::text));

CREATE INDEX document_owed ON documents.document USING btree (shard, organization_id, date_due) WHERE ((NOT draft) AND (NOT canceled) AND (NOT paid_in_full) AND (deleted_at IS NULL) AND (NOT incoming) AND (type = ANY (ARRAY['invoice'::text, 'advance'::text])));

CREATE INDEX document_previous ON documents.document USING btree (shard, previous_document_id) WHERE (previous_document_id IS NOT NULL);

CREATE UNIQUE INDEX document_received ON documents.document USING btree (shard, organization_id, client_id, type, number) WHERE ((NOT draft) AND (deleted_at IS NULL) AND incoming);

CREATE INDEX document_referring ON documents.document USING gin (document_ids) WHERE (document_ids <> '{}'::uuid[]);

CREATE INDEX document_rejected_at ON documents.document USING btree (shard, organization_id, rejected_at, id) WHERE ((rejected_at IS NOT NULL) AND (deleted_at IS NULL));

CREATE UNIQUE INDEX document_shareable_id ON documents.document USING btree (shareable_id) WHERE (shareable_id IS NOT NULL);

CREATE INDEX document_term ON documents.document USING gin (documents.terms(organization_id, client, options, custom, footer, signature)) WITH (fastupdate=off) WHERE (deleted_at IS NULL);

CREATE INDEX document_to_fall_due ON documents.document USING btree (date_due) WHERE ((overdue_at IS NULL) AND (NOT draft) AND (NOT canceled) AND (NOT paid_in_full) AND (deleted_at IS NULL) AND (type = ANY (ARRAY['invoice'::text, 'advance'::text])));

CREATE UNIQUE INDEX document_unique_id ON documents.document USING btree (shard, organization_id, unique_id) WHERE ((unique_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX document_unit ON documents.document USING btree (shard, organization_id, unit_id, id) WHERE (unit_id IS NOT NULL);

CREATE INDEX rendering_blob ON documents.rendering USING btree (sha256);

CREATE INDEX answer_of_nothing ON idempotency.answer USING btree (created_at) WHERE (NOT made);

CREATE INDEX job_due ON jobs.job USING btree (run_at) WHERE (state = 'due'::text);

CREATE INDEX job_leased ON jobs.job USING btree (leased_until) WHERE (state = 'running'::text);

CREATE INDEX job_of_document ON jobs.job USING btree (((payload ->> 'document_id'::text))) WHERE (kind = 'document.sending'::text);

CREATE INDEX access_account ON organizations.access USING btree (account_id, organization_id);

CREATE UNIQUE INDEX access_invited ON organizations.access USING btree (shard, organization_id, invitation_email) WHERE (account_id IS NULL);

CREATE INDEX access_waiting ON organizations.access USING btree (invitation_email) WHERE (account_id IS NULL);

CREATE INDEX image_blob ON organizations.image USING btree (sha256);

CREATE INDEX organization_root ON organizations.organization USING btree (root_account_id, id);

CREATE INDEX setting_reminders ON organizations.setting USING btree (shard, organization_id) WHERE ((name = 'reminders'::text) AND (value <> '[]'::jsonb));

CREATE INDEX entry_of_client ON payments.entry USING btree (shard, client_id, sequence) INCLUDE (currency, exponent, amount);

CREATE INDEX entry_of_document ON payments.entry USING btree (shard, document_id, sequence);

CREATE INDEX payment_by_creation ON payments.payment USING btree (shard, organization_id, created_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX payment_by_date ON payments.payment USING btree (shard, organization_id, date, id) WHERE (deleted_at IS NULL);

CREATE INDEX payment_by_id ON payments.payment USING btree (shard, organization_id, id) INCLUDE (type, currency) WHERE (deleted_at IS NULL);

CREATE INDEX payment_by_update ON payments.payment USING btree (shard, organization_id, updated_at, id) WHERE (deleted_at IS NULL);

CREATE INDEX payment_credit ON payments.payment USING btree (shard, credit_id) WHERE (credit_id IS NOT NULL);

CREATE INDEX payment_of_document ON payments.payment USING btree (shard, document_id, id);

CREATE INDEX payment_summed ON payments.payment USING btree (shard, organization_id, date) INCLUDE (document_id, account_id, type, currency, exponent, amount) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX payment_transaction ON payments.payment USING btree (shard, organization_id, type, transaction_id) WHERE ((transaction_id IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX intent_due ON processing.intent USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX intent_of_any_document ON processing.intent USING btree (shard, document_id, id) WHERE (document_id IS NOT NULL);

CREATE UNIQUE INDEX intent_of_document ON processing.intent USING btree (shard, document_id) WHERE ((document_id IS NOT NULL) AND (status = ANY (ARRAY['initiated'::text, 'requires_action'::text, 'processing'::text])));

CREATE INDEX intent_of_organization ON processing.intent USING btree (shard, organization_id, id);

CREATE INDEX intent_of_payment ON processing.intent USING btree (shard, payment_id) WHERE (payment_id IS NOT NULL);

CREATE UNIQUE INDEX intent_token ON processing.intent USING btree (token);

CREATE INDEX merchant_remote ON processing.merchant USING btree (remote_id) WHERE (remote_id IS NOT NULL);

CREATE UNIQUE INDEX method_charged_by_itself ON processing.method USING btree (shard, client_id) WHERE automatic;

CREATE INDEX method_of_client ON processing.method USING btree (shard, client_id, id);

CREATE UNIQUE INDEX refund_at_gateway ON processing.refund USING btree (shard, intent_id, remote_id) WHERE (remote_id IS NOT NULL);

CREATE INDEX refund_due ON processing.refund USING btree (look_at) WHERE (look_at IS NOT NULL);

CREATE INDEX refund_of_intent ON processing.refund USING btree (shard, intent_id, id);

CREATE INDEX transaction_of_month ON processing.transaction USING btree (shard, organization_id, date);

CREATE INDEX transaction_of_organization ON processing.transaction USING btree (shard, organization_id, id);

CREATE INDEX recurrence_due ON recurring.recurrence USING btree (next_date) WHERE ((next_date IS NOT NULL) AND (deleted_at IS NULL));

CREATE UNIQUE INDEX recurrence_of_document ON recurring.recurrence USING btree (shard, document_id) WHERE (deleted_at IS NULL);

CREATE INDEX recurrence_of_organization ON recurring.recurrence USING btree (shard, organization_id, id);

CREATE INDEX import_of_organization ON transfer.import USING btree (shard, organization_id, id);

CREATE INDEX item_of_client ON unbilled.item USING btree (shard, client_id, id) WHERE (document_id IS NULL);

CREATE INDEX image_blob ON units.image USING btree (sha256);

CREATE INDEX request_created ON usage.request USING btree (created_at);

CREATE INDEX delivery_old ON webhooks.delivery USING btree (created_at) WHERE (state <> 'waiting'::text);

CREATE INDEX delivery_waiting ON webhooks.delivery USING btree (shard, endpoint_id, run_at) WHERE (state = 'waiting'::text);

CREATE INDEX endpoint_due ON webhooks.endpoint USING btree (is_slow, due_at) WHERE ((due_at IS NOT NULL) AND enabled AND (paused_at IS NULL) AND (deleted_at IS NULL));

CREATE INDEX endpoint_of_organization ON webhooks.endpoint USING btree (shard, organization_id, id);

CREATE TRIGGER link_invitations AFTER INSERT OR UPDATE OF email, email_verified ON accounts.account FOR EACH ROW WHEN (new.email_verified) EXECUTE FUNCTION organizations.link_invitations();

CREATE TRIGGER event_changed AFTER UPDATE ON catalog.item FOR EACH ROW WHEN ((old.deleted_at IS NULL)) EXECUTE FUNCTION events.on_thing('item');

CREATE TRIGGER event_changed AFTER UPDATE ON catalog.tax FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (old.used = new.used))) EXECUTE FUNCTION events.on_thing('tax');

CREATE TRIGGER event_made AFTER INSERT ON catalog.item FOR EACH ROW EXECUTE FUNCTION events.on_thing('item');

CREATE TRIGGER event_made AFTER INSERT ON catalog.tax FOR EACH ROW EXECUTE FUNCTION events.on_thing('tax');

CREATE TRIGGER event AFTER INSERT OR UPDATE ON clients.client FOR EACH ROW EXECUTE FUNCTION events.on_client();

CREATE TRIGGER event AFTER UPDATE ON delivery.email FOR EACH ROW WHEN (((new.state = ANY (ARRAY['sent'::text, 'failed'::text])) AND (old.state <> new.state))) EXECUTE FUNCTION events.on_email();

CREATE TRIGGER conversion_immutable BEFORE UPDATE OF conversion ON documents.document FOR EACH ROW WHEN (((NOT old.draft) AND (old.conversion IS DISTINCT FROM new.conversion))) EXECUTE FUNCTION documents.refuse_conversion();

CREATE TRIGGER event_changed AFTER UPDATE ON documents.document FOR EACH ROW WHEN (((((((((((((((((((old.updated_at IS DISTINCT FROM new.updated_at) OR (old.draft IS DISTINCT FROM new.draft)) OR (old.canceled IS DISTINCT FROM new.canceled)) OR (old.paid_in_full IS DISTINCT FROM new.paid_in_full)) OR (old.total_paid IS DISTINCT FROM new.total_paid)) OR (old.total_credited IS DISTINCT FROM new.total_credited)) OR (old.deleted_at IS DISTINCT FROM new.deleted_at)) OR (old.accepted_at IS DISTINCT FROM new.accepted_at)) OR (old.rejected_at IS DISTINCT FROM new.rejected_at)) OR (old.overdue_at IS DISTINCT FROM new.overdue_at)) OR (old.viewed_at IS DISTINCT FROM new.viewed_at)) OR (old.total IS DISTINCT FROM new.total)) OR (old.total_with_tax IS DISTINCT FROM new.total_with_tax)) OR (old.number IS DISTINCT FROM new.number)) OR (old.date IS DISTINCT FROM new.date)) OR (old.date_due IS DISTINCT FROM new.date_due)) OR (old.currency IS DISTINCT FROM new.currency)) OR (old.client_id IS DISTINCT FROM new.client_id))) EXECUTE FUNCTION events.on_document();

CREATE TRIGGER event_made AFTER INSERT ON documents.document FOR EACH ROW EXECUTE FUNCTION events.on_document();

CREATE TRIGGER immutable BEFORE DELETE OR UPDATE ON documents.document FOR EACH ROW EXECUTE FUNCTION documents.refuse_change();

CREATE TRIGGER never_back BEFORE DELETE OR UPDATE ON documents.counter FOR EACH ROW EXECUTE FUNCTION documents.refuse_going_back();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON documents.counter FOR EACH STATEMENT EXECUTE FUNCTION documents.refuse_going_back();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON documents.document FOR EACH STATEMENT EXECUTE FUNCTION documents.refuse_emptying();

CREATE TRIGGER tally AFTER INSERT OR DELETE OR UPDATE ON documents.document FOR EACH ROW EXECUTE FUNCTION documents.note_tally();

CREATE TRIGGER unit_stays BEFORE UPDATE OF unit_id ON documents.document FOR EACH ROW WHEN (((NOT old.draft) AND (old.unit_id IS DISTINCT FROM new.unit_id))) EXECUTE FUNCTION documents.refuse_another_unit();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON events.event FOR EACH ROW EXECUTE FUNCTION events.refuse_change();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON events.event FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

CREATE TRIGGER webhook AFTER INSERT ON events.event FOR EACH ROW EXECUTE FUNCTION webhooks.note_event();

CREATE TRIGGER event_given_up AFTER UPDATE ON jobs.job FOR EACH ROW WHEN (((new.state = 'dead'::text) AND (old.state <> 'dead'::text) AND (new.kind = 'document.sending'::text) AND (new.organization_id IS NOT NULL) AND ((new.payload ->> 'document_id'::text) ~ '^[0-9a-f]{24}$'::text))) EXECUTE FUNCTION events.on_mail_given_up();

CREATE TRIGGER event AFTER UPDATE ON organizations.organization FOR EACH ROW EXECUTE FUNCTION events.on_organization();

CREATE TRIGGER advance AFTER INSERT ON payments.entry REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION payments.advance();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON payments.entry FOR EACH ROW EXECUTE FUNCTION payments.refuse_change();

CREATE TRIGGER chain_kept BEFORE DELETE ON payments.chain FOR EACH ROW EXECUTE FUNCTION payments.refuse_change();

CREATE TRIGGER chain_never_emptied BEFORE TRUNCATE ON payments.chain FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

CREATE TRIGGER event AFTER INSERT OR UPDATE ON payments.payment FOR EACH ROW EXECUTE FUNCTION events.on_payment();

CREATE TRIGGER link BEFORE INSERT ON payments.entry FOR EACH ROW EXECUTE FUNCTION payments.link();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON payments.entry FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

CREATE TRIGGER tally AFTER INSERT OR DELETE OR UPDATE ON payments.payment FOR EACH ROW EXECUTE FUNCTION payments.note_tally();

CREATE TRIGGER event_changed AFTER UPDATE ON processing.intent FOR EACH ROW WHEN (((old.status <> new.status) OR (old.disputed <> new.disputed))) EXECUTE FUNCTION events.on_intent();

CREATE TRIGGER event_changed AFTER UPDATE ON processing.merchant FOR EACH ROW WHEN (((((old.active IS DISTINCT FROM new.active) OR (old.charges_enabled IS DISTINCT FROM new.charges_enabled)) OR (old.reason IS DISTINCT FROM new.reason)) OR (old.remote_id IS DISTINCT FROM new.remote_id))) EXECUTE FUNCTION events.on_merchant();

CREATE TRIGGER event_changed AFTER UPDATE ON processing.refund FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION events.on_refund();

CREATE TRIGGER event_made AFTER INSERT ON processing.intent FOR EACH ROW EXECUTE FUNCTION events.on_intent();

CREATE TRIGGER event_made AFTER INSERT ON processing.merchant FOR EACH ROW EXECUTE FUNCTION events.on_merchant();

CREATE TRIGGER event_made AFTER INSERT ON processing.refund FOR EACH ROW EXECUTE FUNCTION events.on_refund();

ALTER TABLE ONLY accounts.access_token
    ADD CONSTRAINT access_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts.account(id);

ALTER TABLE ONLY accounts.account
    ADD CONSTRAINT account_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES accounts.account(id);

ALTER TABLE ONLY accounts.account
    ADD CONSTRAINT account_root_id_fkey FOREIGN KEY (root_id) REFERENCES accounts.account(id);

ALTER TABLE ONLY attachments.attachment
    ADD CONSTRAINT attachment_sha256_fkey FOREIGN KEY (sha256) REFERENCES files.blob(sha256);

ALTER TABLE ONLY attachments.attachment
    ADD CONSTRAINT attachment_shard_document_id_fkey FOREIGN KEY (shard, document_id) REFERENCES documents.document(shard, id);

ALTER TABLE ONLY categories.share
    ADD CONSTRAINT share_shard_category_id_fkey FOREIGN KEY (shard, category_id) REFERENCES categories.category(shard, id);

ALTER TABLE ONLY categories.share
    ADD CONSTRAINT share_shard_document_id_fkey FOREIGN KEY (shard, document_id) REFERENCES documents.document(shard, id);

ALTER TABLE ONLY credentials.api_client
    ADD CONSTRAINT api_client_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY credentials.code
    ADD CONSTRAINT code_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY credentials.code
    ADD CONSTRAINT code_client_id_fkey FOREIGN KEY (client_id) REFERENCES credentials.api_client(id) ON DELETE CASCADE;

ALTER TABLE ONLY credentials.permission
    ADD CONSTRAINT permission_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY credentials.permission
    ADD CONSTRAINT permission_client_id_fkey FOREIGN KEY (client_id) REFERENCES credentials.api_client(id) ON DELETE CASCADE;

ALTER TABLE ONLY delivery.reminder
    ADD CONSTRAINT reminder_shard_document_id_fkey FOREIGN KEY (shard, document_id) REFERENCES documents.document(shard, id);

ALTER TABLE ONLY documents.rendering
    ADD CONSTRAINT rendering_sha256_fkey FOREIGN KEY (sha256) REFERENCES files.blob(sha256);

ALTER TABLE ONLY documents.rendering
    ADD CONSTRAINT rendering_shard_document_id_fkey FOREIGN KEY (shard, document_id) REFERENCES documents.document(shard, id);

ALTER TABLE ONLY organizations.image
    ADD CONSTRAINT image_sha256_fkey FOREIGN KEY (sha256) REFERENCES files.blob(sha256);

ALTER TABLE ONLY processing.merchant
    ADD CONSTRAINT merchant_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES processing.platform(id);

ALTER TABLE ONLY recurring.period
    ADD CONSTRAINT period_shard_recurrence_id_fkey FOREIGN KEY (shard, recurrence_id) REFERENCES recurring.recurrence(shard, id);

ALTER TABLE ONLY recurring.recurrence
    ADD CONSTRAINT recurrence_shard_document_id_fkey FOREIGN KEY (shard, document_id) REFERENCES documents.document(shard, id);

ALTER TABLE ONLY units.image
    ADD CONSTRAINT image_sha256_fkey FOREIGN KEY (sha256) REFERENCES files.blob(sha256);

ALTER TABLE ONLY units.image
    ADD CONSTRAINT image_shard_unit_id_fkey FOREIGN KEY (shard, unit_id) REFERENCES units.unit(shard, id);

ALTER TABLE ONLY webhooks.attempt
    ADD CONSTRAINT attempt_shard_endpoint_id_era_xid_sequence_fkey FOREIGN KEY (shard, endpoint_id, era, xid, sequence) REFERENCES webhooks.delivery(shard, endpoint_id, era, xid, sequence) ON DELETE CASCADE;

ALTER TABLE ONLY webhooks.delivery
    ADD CONSTRAINT delivery_shard_endpoint_id_fkey FOREIGN KEY (shard, endpoint_id) REFERENCES webhooks.endpoint(shard, id);

ALTER TABLE attachments.attachment ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON attachments.attachment USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE catalog.item ENABLE ROW LEVEL SECURITY;

ALTER TABLE catalog.tax ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON catalog.item USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON catalog.tax USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE categories.category ENABLE ROW LEVEL SECURITY;

ALTER TABLE categories.share ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON categories.category USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON categories.share USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE clients.client ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON clients.client USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE delivery.email ENABLE ROW LEVEL SECURITY;

ALTER TABLE delivery.reminder ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON delivery.email USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON delivery.reminder USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE documents.common_term ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents.counter ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents.document ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents.rendering ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents.tally_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents.tally_mark ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON documents.common_term USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.counter USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.document USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.rendering USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.tally_change USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.tally_mark USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON documents.term_mark USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE documents.term_mark ENABLE ROW LEVEL SECURITY;

ALTER TABLE events.event ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON events.event USING ((organization_id = public.tenant()));

ALTER TABLE exchange.alternative ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON exchange.alternative USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE organizations.access ENABLE ROW LEVEL SECURITY;

ALTER TABLE organizations.image ENABLE ROW LEVEL SECURITY;

ALTER TABLE organizations.organization ENABLE ROW LEVEL SECURITY;

ALTER TABLE organizations.setting ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON organizations.access USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON organizations.image USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON organizations.organization USING ((id = public.tenant())) WITH CHECK ((id = public.tenant()));

CREATE POLICY tenant ON organizations.setting USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE payments.chain ENABLE ROW LEVEL SECURITY;

ALTER TABLE payments.entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE payments.payment ENABLE ROW LEVEL SECURITY;

ALTER TABLE payments.tally_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE payments.tally_mark ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON payments.chain USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON payments.entry USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON payments.payment USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON payments.tally_change USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON payments.tally_mark USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE processing.intent ENABLE ROW LEVEL SECURITY;

ALTER TABLE processing.merchant ENABLE ROW LEVEL SECURITY;

ALTER TABLE processing.method ENABLE ROW LEVEL SECURITY;

ALTER TABLE processing.refund ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON processing.intent USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON processing.merchant USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON processing.method USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON processing.refund USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON processing.transaction USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE processing.transaction ENABLE ROW LEVEL SECURITY;

ALTER TABLE recurring.period ENABLE ROW LEVEL SECURITY;

ALTER TABLE recurring.recurrence ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON recurring.period USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON recurring.recurrence USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE transfer.import ENABLE ROW LEVEL SECURITY;

ALTER TABLE transfer.line ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON transfer.import USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON transfer.line USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE unbilled.item ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON unbilled.item USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE units.image ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON units.image USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON units.unit USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

ALTER TABLE units.unit ENABLE ROW LEVEL SECURITY;

ALTER TABLE webhooks.attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE webhooks.delivery ENABLE ROW LEVEL SECURITY;

ALTER TABLE webhooks.endpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE webhooks.pending ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON webhooks.attempt USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON webhooks.delivery USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON webhooks.endpoint USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

CREATE POLICY tenant ON webhooks.pending USING ((organization_id = public.tenant())) WITH CHECK ((organization_id = public.tenant()));

GRANT USAGE ON SCHEMA accounts TO billhook_app;

GRANT USAGE ON SCHEMA attachments TO billhook_app;

GRANT USAGE ON SCHEMA catalog TO billhook_app;

GRANT USAGE ON SCHEMA categories TO billhook_app;

GRANT USAGE ON SCHEMA clients TO billhook_app;

GRANT USAGE ON SCHEMA credentials TO billhook_app;

GRANT USAGE ON SCHEMA delivery TO billhook_app;

GRANT USAGE ON SCHEMA documents TO billhook_app;

GRANT USAGE ON SCHEMA events TO billhook_app;

GRANT USAGE ON SCHEMA exchange TO billhook_app;

GRANT USAGE ON SCHEMA files TO billhook_app;

GRANT USAGE ON SCHEMA idempotency TO billhook_app;

GRANT USAGE ON SCHEMA jobs TO billhook_app;

GRANT USAGE ON SCHEMA organizations TO billhook_app;

GRANT USAGE ON SCHEMA payments TO billhook_app;

GRANT USAGE ON SCHEMA processing TO billhook_app;

GRANT USAGE ON SCHEMA recurring TO billhook_app;

GRANT USAGE ON SCHEMA sandbox TO billhook_app;

GRANT USAGE ON SCHEMA transfer TO billhook_app;

GRANT USAGE ON SCHEMA unbilled TO billhook_app;

GRANT USAGE ON SCHEMA units TO billhook_app;

GRANT USAGE ON SCHEMA usage TO billhook_app;

GRANT USAGE ON SCHEMA webhooks TO billhook_app;

GRANT ALL ON FUNCTION attachments.owner_of(attachment uuid, attachment_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION catalog.found(term text, tenant_shard integer, sort text, most integer) TO billhook_app;

GRANT ALL ON FUNCTION catalog.owner_of_item(item uuid, item_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION catalog.owner_of_tax(tax uuid, tax_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION categories.owner_of(category uuid, category_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION categories.owner_of_share(share uuid, share_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION clients.found(term text, tenant_shard integer, sort text, most integer) TO billhook_app;

GRANT ALL ON FUNCTION clients.owner_of(client uuid, client_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION delivery.steps(value jsonb) TO billhook_app;

GRANT ALL ON FUNCTION delivery.take_reminders(moment timestamp with time zone, most integer) TO billhook_app;

REVOKE ALL ON FUNCTION documents.count_term(of_shard integer, of_organization uuid, of_name text, of_value text, from_id uuid, below_id uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION documents.count_terms(of_shard integer, of_organization uuid, from_id uuid, below_id uuid) FROM PUBLIC;

GRANT ALL ON FUNCTION documents.day(at timestamp with time zone, zone text) TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE documents.document TO billhook_app;

GRANT ALL ON FUNCTION documents.enter_shared(link text) TO billhook_app;

GRANT ALL ON FUNCTION documents.gather_tally(of_shard integer, of_organization uuid) TO billhook_app;

GRANT ALL ON FUNCTION documents.instant_key(at timestamp with time zone) TO billhook_app;

GRANT SELECT,INSERT ON TABLE documents.tally_change TO billhook_app;

GRANT ALL ON FUNCTION documents.marks_of(change documents.tally_change) TO billhook_app;

GRANT ALL ON FUNCTION documents.owner_of(document uuid, document_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION documents.refuse_change() TO billhook_app;

GRANT ALL ON FUNCTION documents.refuse_emptying() TO billhook_app;

GRANT ALL ON FUNCTION documents.refuse_going_back() TO billhook_app;

REVOKE ALL ON FUNCTION documents.saying(of_shard integer, of_organization uuid, of_name text, of_value text) FROM PUBLIC;

GRANT ALL ON FUNCTION documents.sort_key(sorted_by text, change documents.tally_change) TO billhook_app;

REVOKE ALL ON FUNCTION documents.split_tally(of_shard integer, of_organization uuid, of_order text, from_key text, from_id uuid) FROM PUBLIC;

GRANT ALL ON FUNCTION documents.take_overdue(moment timestamp with time zone, most integer) TO billhook_app;

GRANT ALL ON FUNCTION documents.tallies_due(at_least integer) TO billhook_app;

REVOKE ALL ON FUNCTION documents.tally_anew(of_shard integer, of_organization uuid) FROM PUBLIC;

GRANT ALL ON FUNCTION documents.term(organization uuid, name text, value text) TO billhook_app;

GRANT ALL ON FUNCTION documents.terms(organization uuid, client jsonb, options jsonb, custom jsonb, footer text, signature text) TO billhook_app;

REVOKE ALL ON FUNCTION documents.with_terms(names text[], texts text[], of_shard integer, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION documents.with_terms(names text[], texts text[], of_shard integer, most integer) TO billhook_app;

REVOKE ALL ON FUNCTION events.begin_era() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.facts_of(d documents.document) FROM PUBLIC;

REVOKE ALL ON FUNCTION events.is_paid(d documents.document) FROM PUBLIC;

REVOKE ALL ON FUNCTION events.latest(shards integer[], organizations uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION events.latest(shards integer[], organizations uuid[]) TO billhook_app;

REVOKE ALL ON FUNCTION events.on_client() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_document() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_email() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_intent() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_mail_given_up() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_merchant() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_organization() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_payment() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_refund() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.on_thing() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.uuid_of(id text) FROM PUBLIC;

REVOKE ALL ON FUNCTION events.write(shard integer, organization uuid, type text, change text, at timestamp with time zone, data jsonb) FROM PUBLIC;

GRANT ALL ON FUNCTION exchange.owner_of(alternative uuid, alternative_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION exchange.pairs(one text, other text, at date) TO billhook_app;

GRANT ALL ON FUNCTION files.forget(hash bytea) TO billhook_app;

GRANT ALL ON FUNCTION organizations.accesses_of(actor uuid) TO billhook_app;

GRANT ALL ON FUNCTION organizations.enter(organization uuid, organization_shard integer, actor uuid) TO billhook_app;

GRANT ALL ON FUNCTION organizations.enter_by_letter(access uuid, access_shard integer, hash bytea) TO billhook_app;

GRANT ALL ON FUNCTION organizations.enter_invitation(access uuid, access_shard integer, actor uuid) TO billhook_app;

GRANT ALL ON FUNCTION organizations.link_invitations() TO billhook_app;

GRANT ALL ON FUNCTION organizations.owner_of_access(access uuid, access_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION organizations.owner_of_setting(setting uuid, setting_shard integer) TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE organizations.organization TO billhook_app;

GRANT ALL ON FUNCTION organizations.reachable(actor uuid) TO billhook_app;

GRANT SELECT,INSERT ON TABLE payments.entry TO billhook_app;

GRANT ALL ON FUNCTION payments.gather_tally(of_shard integer, of_organization uuid) TO billhook_app;

GRANT SELECT,INSERT ON TABLE payments.tally_change TO billhook_app;

GRANT ALL ON FUNCTION payments.marks_of(change payments.tally_change) TO billhook_app;

GRANT ALL ON FUNCTION payments.sort_key(sorted_by text, date timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone) TO billhook_app;

REVOKE ALL ON FUNCTION payments.split_tally(of_shard integer, of_organization uuid, of_order text, from_key text, from_id uuid) FROM PUBLIC;

GRANT ALL ON FUNCTION payments.tallies_due(at_least integer) TO billhook_app;

REVOKE ALL ON FUNCTION payments.tally_anew(of_shard integer, of_organization uuid) FROM PUBLIC;

GRANT ALL ON FUNCTION processing.due(at timestamp with time zone, most integer) TO billhook_app;

GRANT ALL ON FUNCTION processing.enter_link(link text) TO billhook_app;

GRANT ALL ON FUNCTION processing.merchant_named(remote text, platform uuid) TO billhook_app;

GRANT ALL ON FUNCTION processing.owner_of(intent uuid, intent_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION processing.owner_of_merchant(merchant uuid, merchant_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION recurring.owner_of(recurrence uuid, recurrence_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION recurring.take_due(at timestamp with time zone, hold_until timestamp with time zone, most integer) TO billhook_app;

GRANT ALL ON FUNCTION unbilled.owner_of(item uuid, item_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION units.owner_of(unit uuid, unit_shard integer) TO billhook_app;

GRANT ALL ON FUNCTION usage.months(actor uuid, since timestamp with time zone) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.end_turn(of_shard integer, endpoint uuid, lease timestamp with time zone, moment timestamp with time zone, slow boolean, unreached_now integer, hold timestamp with time zone, succeeded boolean, failed boolean, recovered boolean, patience interval) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.end_turn(of_shard integer, endpoint uuid, lease timestamp with time zone, moment timestamp with time zone, slow boolean, unreached_now integer, hold timestamp with time zone, succeeded boolean, failed boolean, recovered boolean, patience interval) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.fan_out(moment timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.fan_out(moment timestamp with time zone, most integer) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.forget(before timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.forget(before timestamp with time zone, most integer) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.look_for_missed() FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.look_for_missed() TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.note_event() FROM PUBLIC;

REVOKE ALL ON FUNCTION webhooks.owner_of(endpoint uuid, endpoint_shard integer) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.owner_of(endpoint uuid, endpoint_shard integer) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.take_turns(moment timestamp with time zone, slow boolean, most integer, lease_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.take_turns(moment timestamp with time zone, slow boolean, most integer, lease_seconds integer) TO billhook_app;

REVOKE ALL ON FUNCTION webhooks.wants(wishes text[], type text, change text) FROM PUBLIC;
GRANT ALL ON FUNCTION webhooks.wants(wishes text[], type text, change text) TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE accounts.access_token TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE accounts.account TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE accounts.login_failure TO billhook_app;

GRANT SELECT,INSERT,DELETE ON TABLE attachments.attachment TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.item TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE catalog.tax TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE categories.category TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE categories.share TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE clients.client TO billhook_app;

GRANT SELECT,INSERT,DELETE ON TABLE credentials.api_client TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE credentials.code TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE credentials.permission TO billhook_app;

GRANT SELECT,INSERT,DELETE ON TABLE delivery.caught TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE delivery.email TO billhook_app;

GRANT SELECT,INSERT ON TABLE delivery.reminder TO billhook_app;

GRANT SELECT ON TABLE documents.common_term TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE documents.counter TO billhook_app;

GRANT SELECT,INSERT ON TABLE documents.rendering TO billhook_app;

GRANT SELECT ON TABLE documents.tally_mark TO billhook_app;

GRANT SELECT ON TABLE documents.tally TO billhook_app;

GRANT SELECT ON TABLE documents.term_mark TO billhook_app;

GRANT SELECT ON TABLE documents.term_tally TO billhook_app;

GRANT SELECT ON TABLE events.era TO billhook_app;

GRANT SELECT ON TABLE events.event TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE exchange.alternative TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE exchange.rate TO billhook_app;

GRANT SELECT,INSERT ON TABLE files.blob TO billhook_app;

GRANT UPDATE(created_at) ON TABLE files.blob TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE idempotency.answer TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE jobs.job TO billhook_app;

GRANT SELECT,INSERT,DELETE ON TABLE jobs.tick TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE organizations.access TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE organizations.image TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE organizations.setting TO billhook_app;

GRANT SELECT ON TABLE payments.chain TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE payments.payment TO billhook_app;

GRANT SELECT ON TABLE payments.tally_mark TO billhook_app;

GRANT SELECT ON TABLE payments.tally TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE processing.intent TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE processing.merchant TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE processing.method TO billhook_app;

GRANT SELECT,INSERT ON TABLE processing.notice TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE processing.platform TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE processing.refund TO billhook_app;

GRANT SELECT,INSERT ON TABLE processing.transaction TO billhook_app;

GRANT SELECT,INSERT ON TABLE recurring.period TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE recurring.recurrence TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE sandbox.object TO billhook_app;

GRANT SELECT,INSERT ON TABLE sandbox.request TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE transfer.import TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE transfer.line TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE unbilled.item TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE units.image TO billhook_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE units.unit TO billhook_app;

GRANT SELECT,INSERT,DELETE ON TABLE usage.request TO billhook_app;

GRANT SELECT,INSERT ON TABLE webhooks.attempt TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE webhooks.delivery TO billhook_app;

GRANT SELECT,INSERT,UPDATE ON TABLE webhooks.endpoint TO billhook_app;

GRANT INSERT ON TABLE webhooks.pending TO billhook_app;
