-- Who may do what. The box writes as service_role. Somebody who is signed in reads the stores that the administrator
-- put into the token: {"app_metadata": {"store_ids": ["oryudong"]}}. Everybody else reads nothing, unless
-- optional/anon_reads.sql is run.

-- since 2026-10-30 new tables of a Supabase project have no grants, not even for service_role, which passes policies
-- but not grants; an upsert needs select besides
grant usage on schema public to anon, authenticated, service_role;
grant select, insert, update, delete on public.seat_status, public.detection_events, public.camera_status to service_role;
grant select on public.seat_status, public.detection_events, public.camera_status to authenticated;
revoke insert, update, delete, truncate, references, trigger
	on public.seat_status, public.detection_events, public.camera_status from anon, authenticated, public;

alter table public.seat_status enable row level security;
alter table public.detection_events enable row level security;
alter table public.camera_status enable row level security;

-- What anon may read is the operator's choice, so a second run leaves it: without a policy it is no row at all.
do $$
declare
	tab text;
begin
	foreach tab in array array['seat_status', 'detection_events', 'camera_status'] loop
		if not exists (
			select from pg_policies where schemaname = 'public' and tablename = tab and policyname = 'anon reads'
		) then
			execute format('revoke all on public.%I from anon, public', tab);
		end if;
		-- The array is made once a query, not once a row. A path that is not there is an empty array; user_metadata,
		-- which people can change themselves, counts for nothing.
		execute format('drop policy if exists "members read" on public.%I', tab);
		execute format($q$
			create policy "members read" on public.%I for select to authenticated using (store_id = any (array(
				select jsonb_array_elements_text(jsonb_path_query_array(auth.jwt(), '$.app_metadata.store_ids[*]'))
			)))
		$q$, tab);
	end loop;
end
$$;
