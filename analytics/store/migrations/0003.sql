-- who outside is to be told; the transaction of a change fills the outbox of each of them
create table outbox_sinks (
	id integer primary key,
	name text not null unique,
	place text not null, -- where it leads: another place has none of the old events
	statuses integer not null check (statuses in (0, 1)),
	dropped integer not null default 0 -- events that left a full outbox unsent
) strict;

-- seq is the order of commits, which ids of cameras that commit at once need not follow. It is never given twice.
create table outbox_events (
	seq integer primary key autoincrement,
	sink integer not null,
	event_id text not null
) strict;
create index outbox_events_sink on outbox_events (sink, seq);

-- a status that was not sent yet is only marked, so a thousand changes of one seat are one row
create table outbox_statuses (
	sink integer not null,
	kind text not null check (kind in ('seat', 'camera')),
	store_id text not null,
	key text not null,
	version integer not null, -- tells a change that came while the row was on its way
	since text not null,
	primary key (sink, kind, store_id, key)
) without rowid, strict;

-- what a sink refused for good
create table outbox_rejected (
	sink integer not null,
	kind text not null check (kind in ('seat', 'camera', 'event')),
	store_id text not null,
	key text not null,
	reason text not null,
	rejected_at text not null,
	primary key (sink, kind, store_id, key)
) without rowid, strict;
