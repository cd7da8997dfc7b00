-- Opt in: everybody who has the publishable key reads the seats of this store, without signing in. Events and cameras
-- stay closed. Put the store's own name in place of 'oryudong'. To take it back: drop policy "anon reads" on
-- public.seat_status; and run the migrations again.

grant select on public.seat_status to anon;
drop policy if exists "anon reads" on public.seat_status;
create policy "anon reads" on public.seat_status for select to anon using (store_id = 'oryudong');
