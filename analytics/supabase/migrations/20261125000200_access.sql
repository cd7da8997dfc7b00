-- Who may do what: service_role writes.

grant usage on schema public to anon, authenticated, service_role;
revoke all on public.seat_status, public.detection_events, public.camera_status from anon, authenticated;
grant select on public.seat_status, public.detection_events, public.camera_status to authenticated;
grant select, insert, update, delete on public.seat_status, public.detection_events, public.camera_status to service_role;
alter table public.seat_status enable row level security;
alter table public.detection_events enable row level security;
alter table public.camera_status enable row level security;
