-- when somebody was there to look: a history tells the share of the time that was seen
create table runs (
	id integer primary key,
	began_at text not null,
	ended_at text not null -- pushed on once a minute
) strict;

-- since when each seat is looked at: before that nothing is known of it
create table seat_first_seen (
	store_id text not null,
	seat_id text not null,
	at text not null,
	primary key (store_id, seat_id)
) without rowid, strict;
insert into seat_first_seen select s.store_id, s.seat_id, coalesce(
	(select min(s.since, e.captured_at) from detection_events e
		where e.store_id = s.store_id and e.seat_id = s.seat_id order by e.id limit 1), s.since)
	from seat_status s;
create trigger seat_first_seen_begin after insert on seat_status begin
	insert into seat_first_seen values (new.store_id, new.seat_id, new.updated_at) on conflict do nothing;
end;
create trigger seat_first_seen_end after delete on seat_status begin
	delete from seat_first_seen where store_id = old.store_id and seat_id = old.seat_id;
end;
