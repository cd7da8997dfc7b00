-- The three tables, with the columns of the embedded database.

create table if not exists public.seat_status (
	store_id text not null,
	seat_id text not null,
	stream text not null,
	status text not null constraint seat_status_known check (status in ('empty', 'occupied', 'abandoned')),
	person_detected boolean not null,
	items_detected boolean not null,
	detection_confidence double precision not null constraint seat_status_confidence check (detection_confidence between 0 and 1),
	since timestamptz not null,
	updated_at timestamptz not null,
	primary key (store_id, seat_id)
);

-- ids are UUIDv7: their order is the order in which events were committed
create table if not exists public.detection_events (
	id uuid primary key,
	store_id text not null,
	seat_id text,
	stream text not null,
	event_type text not null check (event_type in ('person_enter', 'person_leave', 'abandoned_detected', 'item_removed', 'camera_offline', 'camera_online')),
	status text check (status in ('empty', 'occupied', 'abandoned')),
	previous_status text check (previous_status in ('empty', 'occupied', 'abandoned')),
	detection_confidence double precision not null check (detection_confidence between 0 and 1),
	captured_at timestamptz not null,
	created_at timestamptz not null
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
