-- What dashboards ask: the events of a store or of a seat, newest first, by id (the order of commits), by the time of
-- the picture or by the time of the row. The newest status of a store's seats is read by the primary key.

-- a table that was renamed out of the way keeps the names of its indexes
do $$
declare
	i record;
begin
	for i in
		select c.relname from pg_class c join pg_index on indexrelid = c.oid
		where c.relnamespace = 'public'::regnamespace and indrelid <> 'public.detection_events'::regclass
			and c.relname in ('detection_events_store', 'detection_events_seat', 'detection_events_captured', 'detection_events_created', 'detection_events_age')
	loop
		execute format('alter index public.%I rename to %I', i.relname, i.relname || '_old');
	end loop;
end
$$;

create index if not exists detection_events_store on public.detection_events (store_id, id);
create index if not exists detection_events_seat on public.detection_events (store_id, seat_id, id);
create index if not exists detection_events_captured on public.detection_events (store_id, captured_at);
create index if not exists detection_events_created on public.detection_events (store_id, created_at);
-- for retention: rows lie in the order of their time, so a few kilobytes tell which blocks are old
create index if not exists detection_events_age on public.detection_events using brin (created_at);
