select indicator, count(*) as rows, cast(bit_xor(hash(region, period, dimension, member, value, status)) as varchar) as mark
from observation group by indicator
