create table seat_status (
	store_id text not null,
	seat_id text not null,
	stream text not null,
	status text not null check (status in ('empty', 'occupied', 'abandoned')),
	person_detected integer not null check (person_detected in (0, 1)),
	items_detected integer not null check (items_detected in (0, 1)),
	detection_confidence real not null check (detection_confidence between 0 and 1),
	since text not null,
	updated_at text not null,
	primary key (store_id, seat_id)
) without rowid, strict;

-- ids are UUIDv7: their order is the order in which events were committed
create table detection_events (
	id text not null primary key,
	store_id text not null,
	seat_id text,
	stream text not null,
	event_type text not null check (event_type in ('person_enter', 'person_leave', 'abandoned_detected', 'item_removed', 'camera_offline', 'camera_online')),
	status text check (status in ('empty', 'occupied', 'abandoned')),
	previous_status text check (previous_status in ('empty', 'occupied', 'abandoned')),
	detection_confidence real not null check (detection_confidence between 0 and 1),
	captured_at text not null,
	created_at text not null
) without rowid, strict;
create index detection_events_seat on detection_events (store_id, seat_id, id);
create index detection_events_type on detection_events (store_id, event_type, id);

create table camera_status (
	store_id text not null,
	stream text not null,
	online integer not null check (online in (0, 1)),
	last_frame_at text,
	error text,
	updated_at text not null,
	primary key (store_id, stream)
) without rowid, strict;

-- what the state machine of each seat remembers: timers, and doubts
create table seat_memory (
	store_id text not null,
	seat_id text not null,
	state text not null,
	primary key (store_id, seat_id)
) without rowid, strict;
