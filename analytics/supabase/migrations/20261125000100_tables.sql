-- The three tables, with the names of the embedded database. Tables of these names may be there already, made for the
-- Python worker: what they lack is added. What differs and holds data (a type, a key, an empty column) is never
-- changed here; a warning says it, with the statement that mends it.

create table if not exists public.seat_status (
	store_id text not null,
	seat_id text not null,
	stream text not null,
	status text not null,
	person_detected boolean not null,
	items_detected boolean not null,
	detection_confidence double precision not null,
	since timestamptz not null,
	updated_at timestamptz not null,
	primary key (store_id, seat_id)
);

-- ids are UUIDv7: their order is the order in which events were committed
create table if not exists public.detection_events (
	id uuid not null,
	store_id text not null,
	seat_id text, -- null for events of a camera
	stream text not null,
	event_type text not null,
	status text,
	previous_status text,
	detection_confidence double precision not null,
	captured_at timestamptz not null, -- when the frame was received
	created_at timestamptz not null,
	primary key (id)
);

create table if not exists public.camera_status (
	store_id text not null,
	stream text not null,
	online boolean not null,
	last_frame_at timestamptz,
	error text,
	updated_at timestamptz not null,
	primary key (store_id, stream)
);

-- columns: added where they are missing, and warned of where they are of another type or may be null
do $$
declare
	c record;
	has record;
	nulls boolean;
begin
	for c in
		select * from (values
			('seat_status', 'store_id', 'text', true),
			('seat_status', 'seat_id', 'text', true),
			('seat_status', 'stream', 'text', true),
			('seat_status', 'status', 'text', true),
			('seat_status', 'person_detected', 'boolean', true),
			('seat_status', 'items_detected', 'boolean', true),
			('seat_status', 'detection_confidence', 'double precision', true),
			('seat_status', 'since', 'timestamp with time zone', true),
			('seat_status', 'updated_at', 'timestamp with time zone', true),
			('detection_events', 'id', 'uuid', true),
			('detection_events', 'store_id', 'text', true),
			('detection_events', 'seat_id', 'text', false),
			('detection_events', 'stream', 'text', true),
			('detection_events', 'event_type', 'text', true),
			('detection_events', 'status', 'text', false),
			('detection_events', 'previous_status', 'text', false),
			('detection_events', 'detection_confidence', 'double precision', true),
			('detection_events', 'captured_at', 'timestamp with time zone', true),
			('detection_events', 'created_at', 'timestamp with time zone', true),
			('camera_status', 'store_id', 'text', true),
			('camera_status', 'stream', 'text', true),
			('camera_status', 'online', 'boolean', true),
			('camera_status', 'last_frame_at', 'timestamp with time zone', false),
			('camera_status', 'error', 'text', false),
			('camera_status', 'updated_at', 'timestamp with time zone', true)
		) as wanted (tab, col, kind, filled)
	loop
		execute format('alter table public.%I add column if not exists %I %s', c.tab, c.col, c.kind);
		select format_type(atttypid, atttypmod) as kind, attnotnull into strict has
		from pg_attribute
		where attrelid = format('public.%I', c.tab)::regclass and attname = c.col and not attisdropped;

		if has.kind <> c.kind and c.tab = 'detection_events' and c.col = 'id' then
			raise warning 'seat analytics: detection_events.id is %, not uuid, so no event can be written. Keep the old events beside: alter table public.detection_events rename to detection_events_old; and run this again.', has.kind;
		elsif has.kind <> c.kind then
			raise warning 'seat analytics: %.% is %, not %. Mend: alter table public.% alter column % type % using %::%;',
				c.tab, c.col, has.kind, c.kind, c.tab, c.col, c.kind, c.col,
				case has.kind when 'timestamp without time zone' then c.kind else 'text::' || c.kind end;
		end if;
		if c.filled and not has.attnotnull then
			execute format('select exists (select from public.%I where %I is null)', c.tab, c.col) into nulls;
			if nulls then
				raise warning 'seat analytics: %.% is null in old rows. Mend: update public.% set % = … where % is null; and run this again.',
					c.tab, c.col, c.tab, c.col, c.col;
			else
				execute format('alter table public.%I alter column %I set not null', c.tab, c.col);
			end if;
		end if;
	end loop;
end
$$;

-- columns of the worker's own, which we do not write, must not refuse our rows
do $$
declare
	c record;
begin
	for c in
		select rel.relname as tab, att.attname as col
		from pg_class rel join pg_attribute att on att.attrelid = rel.oid
		where rel.relnamespace = 'public'::regnamespace and att.attnum > 0 and not att.attisdropped
			and att.attnotnull and not att.atthasdef and att.attidentity = '' and (rel.relname, att.attname) not in (
				select t, unnest(string_to_array(cols, ' ')) from (values
					('seat_status', 'store_id seat_id stream status person_detected items_detected detection_confidence since updated_at'),
					('detection_events', 'id store_id seat_id stream event_type status previous_status detection_confidence captured_at created_at'),
					('camera_status', 'store_id stream online last_frame_at error updated_at')
				) as ours (t, cols)
			)
			and rel.relname in ('seat_status', 'detection_events', 'camera_status')
	loop
		raise warning 'seat analytics: %.% is not null and not ours, so rows are refused. Mend: alter table public.% alter column % drop not null;',
			c.tab, c.col, c.tab, c.col;
	end loop;
end
$$;

-- keys: rows are written by "on conflict (key)", so these columns must be the primary key or otherwise unique
do $$
declare
	k record;
	has text;
	named name;
begin
	for k in
		values ('seat_status', 'store_id, seat_id'), ('detection_events', 'id'), ('camera_status', 'store_id, stream')
	loop
		has := null;
		named := null;
		select string_agg(quote_ident(a.attname), ', ' order by n), min(con.conname) into has, named
		from pg_constraint con
			cross join unnest(con.conkey) with ordinality as key (attnum, n)
			join pg_attribute a on a.attrelid = con.conrelid and a.attnum = key.attnum
		where con.contype = 'p' and con.conrelid = format('public.%I', k.column1)::regclass;
		if has is distinct from k.column2 then
			raise warning 'seat analytics: the primary key of % is (%), not (%). Mend: alter table public.% % add primary key (%);',
				k.column1, coalesce(has, 'none'), k.column2, k.column1,
				coalesce(format('drop constraint %I,', named), ''), k.column2;
		end if;
	end loop;
end
$$;

-- checks: they hold for every new row; old rows that break one stay, and are said
do $$
declare
	c record;
begin
	for c in
		select * from (values
			('seat_status', 'seat_status_status', $q$status in ('empty', 'occupied', 'abandoned')$q$),
			('seat_status', 'seat_status_confidence', 'detection_confidence between 0 and 1'),
			('detection_events', 'detection_events_type',
				$q$event_type in ('person_enter', 'person_leave', 'abandoned_detected', 'item_removed', 'camera_offline', 'camera_online')$q$),
			('detection_events', 'detection_events_status', $q$status in ('empty', 'occupied', 'abandoned')$q$),
			('detection_events', 'detection_events_previous_status', $q$previous_status in ('empty', 'occupied', 'abandoned')$q$),
			('detection_events', 'detection_events_confidence', 'detection_confidence between 0 and 1')
		) as wanted (tab, name, rule)
	loop
		if not exists (select from pg_constraint where conrelid = format('public.%I', c.tab)::regclass and conname = c.name) then
			begin
				execute format('alter table public.%I add constraint %I check (%s) not valid', c.tab, c.name, c.rule);
			exception when undefined_function or datatype_mismatch then
				raise warning 'seat analytics: % has no check (%), since a column is of another type', c.tab, c.rule;
				continue;
			end;
		end if;
		begin
			execute format('alter table public.%I validate constraint %I', c.tab, c.name);
		exception when check_violation then
			raise warning 'seat analytics: old rows of % break: %. They stay. To find them: select * from public.% where not (%);',
				c.tab, c.rule, c.tab, c.rule;
		end;
	end loop;
end
$$;
