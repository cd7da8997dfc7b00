-- the seats of a store as they are
select seat_id, status, person_detected, items_detected, since, updated_at
from seat_status
where store_id = 'oryudong'
order by seat_id;
