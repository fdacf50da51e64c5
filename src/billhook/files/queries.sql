-- name: insert_blob
-- The same bytes are stored once, whoever brings them; those that are there are held, lest they go before they are meant.
insert into files.blob (sha256, media_type, size, bytes, created_at)
values (:sha256, :media_type, :size, :content, :now)
on conflict (sha256) do update set created_at = blob.created_at;

-- name: select_blob
select sha256, media_type, bytes from files.blob where sha256 = :sha256;

-- name: hold_blob
-- Whoever takes away what means a blob holds the blob first, so that two who do it at once do not wait for one another.
select true from files.blob where sha256 = :sha256 for update;

-- name: forget_blob
-- Let a blob go, unless something still means it.
select files.forget(:sha256);
