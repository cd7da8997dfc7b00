-- Retention: old events go, some at a time, so that no single transaction is long. Statuses stay.
--
-- Where pg_cron is installed it runs every hour with 400 days, a year and a month; another interval that the operator
-- has set there stays. Elsewhere nothing is ever deleted by itself; this does it, from any scheduler:
--
--   select public.forget_detection_events('400 days');

create or replace function public.forget_detection_events(keep interval, at_most integer default 50000)
returns bigint language plpgsql set search_path = '' as $$
declare
	gone bigint;
begin
	if keep is null or keep < interval '1 day' then
		raise exception 'seat analytics: events of less than a day are not old, keep is %', keep;
	end if;
	delete from public.detection_events where ctid = any (array(
		select ctid from public.detection_events where created_at < now() - keep limit at_most
	));
	get diagnostics gone = row_count;
	return gone;
end
$$;

-- a function in public is an RPC for everybody unless it is taken from them
revoke all on function public.forget_detection_events(interval, integer) from public, anon, authenticated;
grant execute on function public.forget_detection_events(interval, integer) to service_role;

do $$
begin
	if to_regclass('cron.job') is null then
		return;
	end if;
	if not exists (select from cron.job where jobname = 'seats: forget old events') then
		perform cron.schedule('seats: forget old events', '17 * * * *', 'select public.forget_detection_events(''400 days'')');
		raise notice 'seat analytics: events are kept for 400 days; to keep them for ever: select cron.unschedule(''seats: forget old events'');';
	end if;
end
$$;

-- the API reads the tables anew
notify pgrst, 'reload schema';
