import sys,time,resource
t=time.time()
from world import world
from deployer import Deployer
import v1, json, prerequisites
f='/tmp/wt/emu/out2/'+sys.argv[1]
v1.convert(f)
with world() as e:
    m=json.load(open(f+'/manifest.json'))
    for n,p in m['parameters'].items():
        if n in('certificate','image') : p['regions']=list(m['platform']['regions'].values())
    json.dump(m,open(f+'/manifest.json','w'))
    d=Deployer(f,prerequisites.values(sys.argv[1],m),e)
    print(len(d.deploy()))
    print({x[2] for x in d.deploy()})
    from collections import Counter
    c=Counter()
    for k,v in e.counts.items():
        if isinstance(k,tuple): c[k[0]]+=v
    print(c)
print(time.time()-t, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024)
