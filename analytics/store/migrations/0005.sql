-- what an admin said of a seat against what was shown: they never leave the box, and their number is its accuracy
create table corrections (
	id text primary key, -- UUIDv7
	store_id text not null,
	seat_id text not null,
	stream text not null,
	status text not null, -- what is true
	previous_status text not null, -- what was shown
	created_at text not null
) without rowid, strict;
