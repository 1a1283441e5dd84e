import json,sys,hashlib,pathlib
def convert(folder):
    p=pathlib.Path(folder)/'manifest.json'; m=json.loads(p.read_text())
    if m['version']==2: return
    m['version']=2
    wave={}; steps={}
    for s in m['stacks']:
        wave[s['id']]=1+max([wave[d] for d in s['depends_on']],default=0)
        t=(pathlib.Path(folder)/s['template']).read_text()
        steps[s['id']]={'phase':1,'template':s['template'],'sha256':hashlib.sha256(t.encode()).hexdigest(),'size':len(t),'parameters':s.pop('parameters')}
        s.pop('template')
        s['phase']=1; s['unit']=s['id'].split('/')[1]
        s['resources']={k:{'type':r['Type'],'stateful':r.get('DeletionPolicy')=='Retain'} for k,r in json.loads(t)['Resources'].items()}
    m['phases']=[{'waves':[[i for i in wave if wave[i]==n] for n in range(1,max(wave.values())+1)],'stacks':steps}]
    p.write_text(json.dumps(m,indent=1))
if __name__=='__main__':
    for f in sys.argv[1:]: convert(f)
