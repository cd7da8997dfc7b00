-- Realtime: subscribers of the three tables hear of changes. The whole old row travels with an update or a delete of a
-- status, so that a page sees what the seat was before, and a filter by any column finds deletes.

do $$
declare
	tab text;
begin
	foreach tab in array array['seat_status', 'detection_events', 'camera_status'] loop
		-- a publication for all tables has them already, and refuses additions
		if not exists (
			select from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = tab
		) then
			execute format('alter publication supabase_realtime add table public.%I', tab);
		end if;
		-- events are never changed; but without a key, PostgreSQL refuses deletes from what it publishes
		if tab <> 'detection_events'
			or not exists (select from pg_index where indrelid = format('public.%I', tab)::regclass and indisprimary)
		then
			execute format('alter table public.%I replica identity full', tab);
		end if;
	end loop;
end
$$;
