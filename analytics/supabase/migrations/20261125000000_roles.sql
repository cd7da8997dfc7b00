-- What Supabase has by itself and a plain PostgreSQL lacks: the roles of its API, their claims, the publication that
-- Realtime reads. On Supabase this creates nothing. It also asks first for every right that the whole schema needs, so
-- that a user without them gets one sentence and a database as it was.

do $$
declare
	lacking text;
	plain boolean := not exists (select from pg_roles where rolname = 'service_role');
begin
	if current_setting('server_version_num')::int < 150000 then
		raise exception 'seat analytics: this is PostgreSQL %, and 15 or later is needed', current_setting('server_version');
	end if;

	select string_agg(format('to own %s', c.oid::regclass), ', ') into lacking
	from pg_class c
	where c.relnamespace = 'public'::regnamespace and c.relname in ('seat_status', 'detection_events', 'camera_status')
		and not pg_has_role(c.relowner, 'usage');
	if not has_schema_privilege('public', 'create') then
		lacking := concat_ws(', ', lacking, 'create in schema public');
	end if;
	if not has_database_privilege(current_database(), 'create') and (
		to_regprocedure('auth.jwt()') is null or not exists (select from pg_publication where pubname = 'supabase_realtime')
	) then
		lacking := concat_ws(', ', lacking, format('create in database %I', current_database()));
	end if;
	if exists (select from pg_publication where pubname = 'supabase_realtime' and not pg_has_role(pubowner, 'usage')) then
		lacking := concat_ws(', ', lacking, 'to own publication supabase_realtime');
	end if;
	if plain and not (select rolsuper from pg_roles where rolname = current_user) then
		lacking := concat_ws(', ', lacking, 'superuser, to create role service_role with bypassrls');
	end if;
	if lacking is not null then
		raise exception 'seat analytics: % lacks the right: %', current_user, lacking
			using errcode = 'insufficient_privilege',
				hint = 'Run this as the owner of the database; on Supabase that is postgres, as in the SQL editor.';
	end if;

	-- roles are the cluster's: another database's migration may have made them, even at this moment
	declare
		wanted record;
	begin
		for wanted in values ('anon', ''), ('authenticated', ''), ('service_role', 'bypassrls') loop
			if not exists (select from pg_roles where rolname = wanted.column1) then
				begin
					execute format('create role %I nologin noinherit %s', wanted.column1, wanted.column2);
				exception when duplicate_object or unique_violation then
					null; -- there it is
				end;
			end if;
		end loop;
	end;

	if to_regprocedure('auth.jwt()') is null then
		create schema if not exists auth;
		grant usage on schema auth to anon, authenticated, service_role;
		create function auth.jwt() returns jsonb language sql stable as $f$
			select coalesce(
				nullif(current_setting('request.jwt.claim', true), ''),
				nullif(current_setting('request.jwt.claims', true), '')
			)::jsonb
		$f$;
	end if;

	if not exists (select from pg_publication where pubname = 'supabase_realtime') then
		create publication supabase_realtime;
	end if;
end
$$;
