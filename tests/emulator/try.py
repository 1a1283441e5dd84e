import sys,time,resource
t=time.time()
from world import world
from deployer import Deployer
import v1
f='/tmp/wt/emu/out2/'+sys.argv[1]
v1.convert(f)
with world() as e:
    d=Deployer(f,dict(a.split('=',1) for a in sys.argv[2:]),e)
    print(time.time()-t)
    for x in d.deploy(): print(x)
    print({x[2] for x in d.deploy()})
    from collections import Counter
    print(Counter({h:0 for h in ()})); c=Counter()
    for k,v in e.counts.items():
        if isinstance(k,tuple): c[k[0]]+=v
    print(c)
print(time.time()-t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024)
