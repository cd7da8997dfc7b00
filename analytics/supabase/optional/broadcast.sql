-- Opt in, for many viewers: each change is also broadcast on the private topic seats:<store_id>, once for all who
-- listen, where Postgres Changes asks for each subscriber's rights by one thread. Run it after the migrations. Pages join with
--
--   supabase.channel('seats:oryudong', {config: {private: true}}).on('broadcast', {event: '*'}, …)
--
-- To turn it off: drop function public.broadcast_seats() cascade;

do $$
begin
	if to_regprocedure('realtime.broadcast_changes(text,text,text,text,text,record,record,text)') is null
		or to_regprocedure('realtime.topic()') is null or to_regclass('realtime.messages') is null
	then
		raise exception 'seat analytics: this database has no realtime.broadcast_changes(): it is not Supabase, or an old one';
	end if;
end
$$;

-- The rights are the owner's: who writes a seat need not be one who may broadcast. A broadcast that fails is a warning
-- and never refuses the row: subscribers read the table again, but a lost event is lost.
create or replace function public.broadcast_seats() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
	perform realtime.broadcast_changes(
		'seats:' || case tg_op when 'DELETE' then old.store_id else new.store_id end,
		tg_op, tg_op, tg_table_name, tg_table_schema, new, old
	);
	return null;
exception when others then
	raise warning 'seat analytics: broadcast of %: %', tg_table_name, sqlerrm;
	return null;
end
$$;
revoke all on function public.broadcast_seats() from public, anon, authenticated;

create or replace trigger broadcast_seats after insert or update or delete on public.seat_status
	for each row execute function public.broadcast_seats();
create or replace trigger broadcast_seats after insert or update or delete on public.camera_status
	for each row execute function public.broadcast_seats();
-- not on delete: retention is nobody's news
create or replace trigger broadcast_seats after insert on public.detection_events
	for each row execute function public.broadcast_seats();

-- who may listen: as who may read, by the name of the topic; to send is for nobody
drop policy if exists "members hear their seats" on realtime.messages;
create policy "members hear their seats" on realtime.messages for select to authenticated using (
	extension = 'broadcast' and (select realtime.topic()) = any (array(
		select 'seats:' || jsonb_array_elements_text(jsonb_path_query_array(auth.jwt(), '$.app_metadata.store_ids[*]'))
	))
);
