-- Locks in the order of the house: the intent's row, then whatever the payments room takes for what is booked (the document's
-- row, the payment's key, the organization's chain). No statement here runs while a gateway is being waited for.

-- name: insert_platform
-- An account's set-up; no row when there is one already.
insert into processing.platform (id, account_id, face, gateway, environment, approved, application_fee, refund_fee,
  return_url, remote_id, credentials, options, custom, created_at, updated_at)
values (:id, :owner, :face, :gateway, :environment, :approved, :application_fee, :refund_fee, :return_url, :remote_id,
  :credentials, :options, :custom, :now, :now)
on conflict do nothing
returning id, account_id, face, gateway, environment, active, approved, application_fee, refund_fee, return_url, remote_id,
       options, custom, created_at, updated_at, false as refused;

-- name: select_platform
select id, account_id, face, gateway, environment, active, approved, application_fee, refund_fee, return_url, remote_id,
       options, custom, created_at, updated_at, not approved and verification <> '{}' as refused
  from processing.platform where account_id = :owner and face = :face;

-- name: sealed
-- What opens an account at its gateway.
select credentials from processing.platform where account_id = :owner and face = :face;

-- name: change_platform
-- What was said of it; what was not said stays.
update processing.platform
   set application_fee = coalesce(:application_fee, application_fee), refund_fee = coalesce(:refund_fee, refund_fee),
       return_url = case when :says_return_url then :return_url else return_url end, active = coalesce(:active, active),
       custom = coalesce(:custom, custom), options = options || coalesce(:options::jsonb, '{}'),
       credentials = coalesce(:credentials, credentials), updated_at = :now
 where account_id = :owner and face = :face;

-- name: verify
-- What an account says of itself, and whether that will do.
update processing.platform set verification = :form, approved = :approved, updated_at = :now
 where account_id = :owner and face = :face and gateway = :gateway;

-- name: is_offered
-- Whether an organization can be onboarded at all: whether the root of its accounts has set that face up.
select exists (
  select from processing.platform p
    join organizations.organization o on o.shard = :shard and o.id = :organization_id
   where p.account_id = o.root_account_id and p.face = :face);

-- name: keys_of
-- What notices of a platform are checked with.
select gateway, remote_id, credentials from processing.platform where id = :platform;

-- name: platform_of_organization
-- The set-up that an organization's payments go through: one of those of the root of its accounts.
select p.id from processing.platform p
  join organizations.organization o on o.shard = :shard and o.id = :organization_id
 where p.account_id = o.root_account_id and p.face = :face and p.active;

-- name: put_merchant
-- Decide that an organization is made known to a gateway; the row there is when that was decided before.
insert into processing.merchant (shard, id, organization_id, platform_id, created_at, updated_at)
values (:shard, :id, :organization_id, :platform, :now, :now)
on conflict (shard, organization_id, platform_id) do update set platform_id = excluded.platform_id
returning id, organization_id, platform_id, remote_id, charges_enabled, reason, active, created_at, updated_at;

-- name: note_merchant
-- What the gateway says of a merchant.
update processing.merchant
   set remote_id = :remote_id, charges_enabled = :charges_enabled, reason = :reason, updated_at = :now
 where shard = :shard and id = :merchant
returning id, organization_id, platform_id, remote_id, charges_enabled, reason, active, created_at, updated_at;

-- name: merchant_of_organization
select m.id, m.organization_id, m.platform_id, m.remote_id, m.charges_enabled, m.reason, m.active, m.created_at,
       m.updated_at
  from processing.merchant m join processing.platform p on p.id = m.platform_id
 where m.shard = :shard and m.organization_id = :organization_id and p.face = :face;

-- name: switch_merchant
update processing.merchant m set active = :active, updated_at = :now
  from processing.platform p
 where m.shard = :shard and m.organization_id = :organization_id and p.id = m.platform_id and p.face = :face;

-- name: merchant_owner
select processing.owner_of_merchant(:merchant, :merchant_shard);

-- name: merchant_named
-- The merchant that a gateway means by its own name of it.
select processing.merchant_named(:remote_id, :platform);

-- name: intent_owner
select processing.owner_of(:intent, :intent_shard);

-- name: desk
-- What it takes to collect for an organization: through one merchant, or through the one that can, and where money is real
-- if one of those can.
select m.id as merchant_id, m.remote_id as merchant_remote_id, m.charges_enabled, m.reason, m.active as merchant_active,
       p.id as platform_id, p.remote_id as platform_remote_id, p.active as platform_active,
       p.approved as platform_approved, p.face, p.gateway, p.credentials, p.application_fee, p.refund_fee, p.return_url,
       p.options, o.name as seller
  from processing.merchant m
  join processing.platform p on p.id = m.platform_id
  join organizations.organization o on o.shard = :shard and o.id = m.organization_id
 where m.shard = :shard and m.organization_id = :organization_id and (:merchant::uuid is null or m.id = :merchant)
   and (:face::text is null or p.face = :face)
 order by m.charges_enabled and m.active and p.active and p.approved desc, p.gateway = 'sandbox', p.face, m.id limit 1;

-- name: enter_intent
-- The door of a tenant, found from an intent's id.
select e.organization_id, e.role, e.active
  from organizations.enter(processing.owner_of(:intent, :intent_shard), :intent_shard, :actor) e;

-- name: enter_link
-- The tenant and the intent behind a payment link.
select organization_id, intent_id from processing.enter_link(:link);

-- name: insert_intent
-- An intent that nobody has paid yet; no row when one is being collected for the same document.
insert into processing.intent (shard, id, organization_id, account_id, merchant_id, document_id, token, status, amount,
  currency, exponent, application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, attempt,
  begun_at, consent, embedded, expires_at, look_at, created_at, updated_at, surcharge, surcharge_percentage)
values (:shard, :id, :organization_id, :owner, :merchant, :document, :token, :status, :amount, :currency, :exponent,
  :application_fee, :operator_fee, :reference, :return_url, :allow_recurring, :initial, :attempt,
  case when :attempt::int > 0 then :now::timestamptz end, :consent, :embedded, :expires_at, :look_at, :now, :now, :surcharge,
  :surcharge_percentage)
on conflict (shard, document_id) where document_id is not null and status in ('initiated', 'requires_action', 'processing')
do nothing
returning id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage;

-- name: select_intent
select id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage
  from processing.intent where shard = :shard and organization_id = :organization_id and id = :intent;

-- name: lock_intent
-- The same, held until the transaction ends.
select id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage
  from processing.intent where shard = :shard and organization_id = :organization_id and id = :intent for update;

-- name: intent_being_collected
-- The one intent that is open for a document.
select id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage
  from processing.intent
 where shard = :shard and organization_id = :organization_id and document_id = :document
   and status in ('initiated', 'requires_action', 'processing');

-- name: intent_of_payment
select id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage
  from processing.intent where shard = :shard and organization_id = :organization_id and payment_id = :payment;

-- name: online_payments
-- What was begun to be paid online of some documents, oldest first, without surcharges, which stand beside; who only looked
-- at the page has begun nothing.
select i.id, i.organization_id, i.document_id, p.gateway, i.status, i.amount - i.surcharge as amount, i.currency, i.exponent,
       i.initial_intent_id is not null as off_session,
       coalesce(i.saved ->> 'label', f.saved ->> 'label', '') as label, i.payment_id,
       i.disputed - div(i.surcharge::numeric * i.disputed, i.amount)::bigint as disputed,
       (select min(t.date) from processing.transaction t
         where t.shard = :shard and t.intent_id = i.id and t.kind = 'dispute') as disputed_at,
       coalesce((select jsonb_agg(jsonb_build_object('id', replace(r.id::text, '-', ''), 'amount', r.amount - r.surcharge, 'status', r.status,
         'payment_id', replace(r.payment_id::text, '-', ''),
         'created_at', to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by r.id)
         from processing.refund r where r.shard = :shard and r.intent_id = i.id), '[]') as refunds, i.created_at,
       i.surcharge, i.surcharge_percentage
  from processing.intent i
  join processing.merchant m on m.shard = :shard and m.id = i.merchant_id
  join processing.platform p on p.id = m.platform_id
  left join processing.intent f on f.shard = :shard and f.id = i.initial_intent_id
 where i.shard = :shard and i.organization_id = :organization_id and i.document_id = any(:documents) and i.attempt > 0
 order by i.id;

-- name: keep_method
-- What a client can be charged by again: a payment whose payer agreed to that, and which is nobody else's. The client's
-- methods are held while one of them becomes the one that is charged by itself. No row when there is no such payment.
with held as (
  select id from processing.method where shard = :shard and client_id = :client for update),
off as (
  update processing.method m set automatic = false
    from held h where m.shard = :shard and m.id = h.id and m.automatic and :automatic and m.id <> :intent
  returning m.id),
kept as (
  insert into processing.method (shard, id, organization_id, client_id, automatic, created_at)
  select :shard, i.id, :organization_id, :client, :automatic, :now
    from processing.intent i, (select count(*) from held) as seen, (select count(*) from off) as freed
   where i.shard = :shard and i.organization_id = :organization_id and i.id = :intent and i.allow_recurring
     and i.saved is not null and i.status in ('succeeded', 'captured')
     and not exists (select from documents.document d
                      where d.shard = :shard and d.id = i.document_id and d.client_id <> :client)
  on conflict (shard, id) do update set automatic = excluded.automatic
   where processing.method.client_id = excluded.client_id
  returning id, client_id, automatic, created_at)
select k.id, k.client_id, p.gateway, i.saved ->> 'label' as label, k.automatic, k.created_at,
       coalesce(i.saved ->> 'kind', '') as kind
  from kept k
  join processing.intent i on i.shard = :shard and i.id = k.id
  join processing.merchant m on m.shard = :shard and m.id = i.merchant_id
  join processing.platform p on p.id = m.platform_id;

-- name: methods
-- What some clients can be charged by, oldest first.
select k.id, k.client_id, p.gateway, i.saved ->> 'label' as label, k.automatic, k.created_at,
       coalesce(i.saved ->> 'kind', '') as kind
  from processing.method k
  join processing.intent i on i.shard = :shard and i.id = k.id
  join processing.merchant m on m.shard = :shard and m.id = i.merchant_id
  join processing.platform p on p.id = m.platform_id
 where k.shard = :shard and k.organization_id = :organization_id and k.client_id = any(:clients)
 order by k.id;

-- name: forget_method
delete from processing.method
 where shard = :shard and organization_id = :organization_id and client_id = :client and id = :intent;

-- name: document_link
-- The public link of the document that an intent pays.
select shareable_id from documents.document where shard = :shard and organization_id = :organization_id and id = :document;

-- name: is_outdated
-- Whether an intent asks for more than its document does now, its surcharge aside.
select exists (select from processing.intent i
  join documents.document d on d.shard = i.shard and d.id = i.document_id
 where i.shard = :shard and i.organization_id = :organization_id and i.id = :intent
   and i.status in ('initiated', 'requires_action') and (d.canceled or d.total_due < i.amount - i.surcharge));

-- name: list_intents
-- The filter language completes it.
select id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage
  from processing.intent where shard = $1 and organization_id = $2;

-- name: count_intents
select count(*) from processing.intent where shard = $1 and organization_id = $2;

-- name: reprice
-- A document that asks for another amount now, as long as nothing was opened at the gateway.
update processing.intent
   set amount = :amount, surcharge = :surcharge, surcharge_percentage = :surcharge_percentage,
       application_fee = :application_fee, operator_fee = :operator_fee, expires_at = :expires_at, look_at = :expires_at,
       updated_at = :now
 where shard = :shard and id = :intent and status = 'initiated' and begun_at is null;

-- name: begin
-- Decide to open a payment at the gateway: who comes second finds it decided. No row when it can no longer be paid.
update processing.intent
   set attempt = greatest(attempt, 1), begun_at = coalesce(begun_at, :now), consent = coalesce(consent, :consent),
       updated_at = :now, look_at = least(look_at, :look_at)
 where shard = :shard and id = :intent and status in ('initiated', 'requires_action') and expires_at > :now
returning id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage;

-- name: note_remote
-- What the gateway calls the payment it has opened. No row when that was given up meanwhile: nobody may pay it then.
update processing.intent set remote_id = :remote_id, page_url = :page_url, updated_at = :now
 where shard = :shard and id = :intent and attempt = :attempt and coalesce(remote_id, :remote_id) = :remote_id;

-- name: revise
-- A document that asks for another amount now, while a form for it is open: the gateway is told next. Each telling has a
-- number of its own; no row when somebody else has it, or while the form is being opened: for the amount of before, or
-- the gateway would not know the opening again.
update processing.intent
   set amount = :amount, application_fee = :application_fee, operator_fee = :operator_fee, revision = revision + 1,
       updated_at = :now
 where shard = :shard and id = :intent and revision = :revision and status in ('initiated', 'requires_action')
   and remote_id is not null
returning id, organization_id, account_id, merchant_id, document_id, token, status, amount, currency, exponent,
       application_fee, operator_fee, reference, return_url, allow_recurring, initial_intent_id, saved, consent, attempt,
       remote_id, page_url, failure, payment_id, refunded, disputed, expires_at, settled_at, created_at, updated_at,
       settlements, embedded, revision, begun_at, surcharge, surcharge_percentage;

-- name: reopen
-- What was opened at the gateway is over and nobody has paid, or it was never opened: the next who pays begins anew.
update processing.intent
   set status = 'initiated', attempt = attempt + 1, begun_at = null, remote_id = null, page_url = null,
       look_at = expires_at, updated_at = :now
 where shard = :shard and id = :intent and attempt = :attempt and remote_id is not distinct from :remote_id
   and status in ('initiated', 'requires_action');

-- name: close_unopened
-- End an intent for which nothing was opened at the gateway.
update processing.intent set status = :status, look_at = null, updated_at = :now
 where shard = :shard and id = :intent and status = 'initiated' and begun_at is null;

-- name: refuse
-- End an intent that the gateway will not take at all.
update processing.intent set status = 'failed', failure = :failure, look_at = null, updated_at = :now
 where shard = :shard and id = :intent and status = 'initiated' and remote_id is null;

-- name: look_later
-- Put off what could not be looked after: the intent, and its refunds that are under way.
with refund as (
  update processing.refund set look_at = :look_at
   where shard = :shard and intent_id = :intent and look_at is not null)
update processing.intent set look_at = :look_at where shard = :shard and id = :intent and look_at is not null;

-- name: settle
-- Where an intent stands, and what moved because of it. Compare-and-set: nothing happens unless it still stands where it
-- was read. What moved is noted once, however often it is reported; a settlement that changed something is counted.
with intent as (
  update processing.intent
     set status = :status, remote_id = coalesce(remote_id, :remote_id), page_url = coalesce(:page_url, page_url),
         amount = :amount, application_fee = :application_fee, operator_fee = :operator_fee,
         failure = :failure, saved = coalesce(saved, :saved), payment_id = coalesce(payment_id, :payment),
         refunded = :refunded, disputed = :disputed, look_at = :look_at,
         settled_at = case when :payment::uuid is null then settled_at else coalesce(settled_at, :now) end,
         updated_at = case when :changed then :now else updated_at end,
         settlements = case when :changed then settlements + 1 else settlements end
   where shard = :shard and id = :intent and status = :before
  returning id, document_id, currency, exponent),
moved as (
  insert into processing.transaction (shard, id, organization_id, intent_id, document_id, gateway, kind, amount, currency,
    exponent, processor_id, date, created_at)
  select :shard, m.id, :organization_id, i.id, i.document_id, :gateway, m.kind, m.amount, i.currency, i.exponent,
         m.processor_id, :now, :now
    from intent i, jsonb_to_recordset(:movements) m(id uuid, kind text, amount bigint, processor_id text)
   order by m.id
  on conflict (shard, intent_id, kind, processor_id) do nothing
  returning id, kind, amount, currency, exponent),
entry as (
  insert into payments.entry (shard, id, organization_id, payment_id, kind, type, amount, currency, exponent, date, at)
  select :shard, m.id, :organization_id, :payment::uuid, 'fee', 'online',
         case m.kind when 'fee_refund' then -m.amount else m.amount end, m.currency, m.exponent, :now, :now
    from moved m where m.kind in ('application_fee', 'operator_fee', 'fee_refund') order by m.id)
select count(*) from intent;

-- name: list_transactions
-- The filter language completes it.
select id, organization_id, intent_id, document_id, gateway, kind, type, amount, currency, exponent, processor_id, date,
       created_at
  from processing.transaction where shard = $1 and organization_id = $2;

-- name: moved_between
-- What moved for an organization between two instants, added up.
select currency, exponent, kind, count(*)::int as count, sum(amount)::bigint as amount
  from processing.transaction
 where shard = :shard and organization_id = :organization_id and date >= :first and date < :last
 group by currency, exponent, kind order by currency, kind;

-- name: count_transactions
select count(*) from processing.transaction where shard = $1 and organization_id = $2;

-- name: insert_refund
insert into processing.refund (shard, id, organization_id, account_id, intent_id, amount, fee, currency, exponent, reason,
  status, remote_id, look_at, created_at, updated_at, surcharge)
values (:shard, :id, :organization_id, :owner, :intent, :amount, :fee, :currency, :exponent, :reason, :status, :remote_id,
  :look_at, :now, :now, :surcharge)
returning id, organization_id, account_id, intent_id, amount, fee, currency, exponent, reason, status, remote_id,
       payment_id, created_at, updated_at, surcharge;

-- name: refunds_of
select id, organization_id, account_id, intent_id, amount, fee, currency, exponent, reason, status, remote_id, payment_id,
       created_at, updated_at, surcharge
  from processing.refund where shard = :shard and organization_id = :organization_id and intent_id = :intent order by id;

-- name: note_asked
-- What a gateway says to a refund that was asked of it; who comes second finds it noted, and perhaps further on.
update processing.refund set status = :status, remote_id = :remote_id, look_at = :look_at, updated_at = :now
 where shard = :shard and id = :refund and status = 'requested';

-- name: note_refund
-- Where a refund stands at the gateway; its intent is held.
update processing.refund
   set status = :status, remote_id = coalesce(remote_id, :remote_id), payment_id = coalesce(payment_id, :payment),
       look_at = :look_at, updated_at = :now
 where shard = :shard and id = :refund
returning id, organization_id, account_id, intent_id, amount, fee, currency, exponent, reason, status, remote_id,
       payment_id, created_at, updated_at, surcharge;

-- name: note_notice
-- A notice, once: the second time nothing is to be done. Returns whether it is new.
with notice as (
  insert into processing.notice (platform_id, event_id, kind, reference, received_at)
  values (:platform, :event, :kind, :reference, :now) on conflict do nothing
  returning event_id),
job as (
  insert into jobs.job (kind, payload, run_at, created_at)
  select :job, :payload, :now, :now from notice)
select count(*) from notice;

-- name: due
-- What the sweep is to look after.
select organization_id, intent_id from processing.due(:now, :most);
