-- More partnerships of an event are named than were announced there. Remedy: see whether all of data/ledger/partnership.csv belong to it, or add the newer claim.
select programme, announced, named from event where named > announced
order by all;
