-- Grows with each transaction that changes what pages read of folded facts: as long as it stays, so do their numbers.
create table data_version (
  one boolean primary key default true check (one),
  n bigint not null default 0
);
insert into data_version default values;
