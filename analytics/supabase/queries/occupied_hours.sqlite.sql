-- hours that each seat was occupied, by day (UTC); a stay over midnight counts for both days
with recursive changes as (
	select seat_id, status, captured_at as begins, lead(captured_at) over (partition by seat_id order by id) as ends
	from detection_events
	where store_id = 'oryudong' and seat_id is not null
), stays as (
	select seat_id, julianday(begins) as begins, julianday(coalesce(ends, 'now')) as ends
	from changes
	where status = 'occupied'
), parts as (
	select seat_id, begins, ends, cast(begins + 0.5 as integer) - 0.5 as day from stays
	union all
	select seat_id, begins, ends, day + 1 from parts where day + 1 < ends
)
select seat_id, date(day) as day, round(sum(min(ends, day + 1) - max(begins, day)) * 24, 2) as hours
from parts
group by seat_id, day
having sum(min(ends, day + 1) - max(begins, day)) > 0
order by seat_id, day;
