-- A mail whose last attempt took its worker along was given up without a word: nobody was left to note it. The outbox notices when
-- it gives the row up, and the event is written then. The mail stays as it is: set free again, the row is carried out like any
-- other. Where no attempt came as far as the mail, it is told of by the id it would have had.
create function events.uuid_of(id text) returns uuid language sql immutable parallel safe as $$
  select (substr(id, 1, 12) || '8' || substr(id, 13, 3) || '8' || substr(id, 16) || '000000')::uuid
$$;

create function events.on_mail_given_up() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
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
revoke execute on function events.uuid_of(text), events.on_mail_given_up() from public;

create trigger event_given_up after update on jobs.job for each row
  when (new.state = 'dead' and old.state <> 'dead' and new.kind = 'document.sending' and new.organization_id is not null
        and new.payload ->> 'document_id' ~ '^[0-9a-f]{24}$')
  execute function events.on_mail_given_up();
