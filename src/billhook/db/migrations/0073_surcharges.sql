-- What is asked for on top of a payment because of how it is made. It goes with the payment and belongs to no document: in
-- the journal it is an entry of its own, which changes nothing that is owed.
alter table payments.payment add column surcharge bigint not null default 0;
alter table payments.entry drop constraint entry_kind_check;
alter table payments.entry add constraint entry_kind_check
  check (kind in ('charge', 'payment', 'reversal', 'credit', 'refund', 'fee', 'balance', 'surcharge'));

-- Of `amount`, which is what is collected or goes back in all, the part that is a surcharge; and the percentage it came of.
alter table processing.intent
  add column surcharge bigint not null default 0,
  add column surcharge_percentage numeric,
  add constraint surcharge_within check (surcharge >= 0 and (surcharge = 0 or surcharge < amount));
alter table processing.refund
  add column surcharge bigint not null default 0,
  add constraint surcharge_within check (surcharge >= 0 and (surcharge = 0 or surcharge < amount));
